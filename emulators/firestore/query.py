"""A structured query, checked and compiled once, then run over any documents."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from heapq import nlargest, nsmallest
from typing import Any, NamedTuple

import grpc

from emulators.firestore import conditions, cursors, orders, projection, rules, vectors
from emulators.firestore import scope as scopes
from emulators.firestore.conditions import Node
from emulators.firestore.fieldpaths import DOCUMENT_NAME, Path
from emulators.firestore.filters import Predicate, compile_all
from emulators.firestore.messages import Cursor, Document, StructuredQuery
from emulators.firestore.orders import Ordering
from emulators.firestore.records import Record
from emulators.firestore.scope import Scope
from emulators.firestore.vectors import Nearest
from emulators.refused import Refused

_FEW = 8  # picking the first n beats sorting while n is below this fraction of all


class Found(NamedTuple):
    """What a query found, in order, and how many documents its offset skipped."""

    records: list[Record]
    skipped: int


@dataclass(frozen=True)
class Query:
    """A query ready to run; immutable.

    `orders` holds the explicit orders, then the implied ones; `__name__` is always among them;
    `explicit` says how many were given.
    `where` is the filter's tree, for whoever plans locks or indexes by it.
    """

    scope: Scope
    where: Node | None
    orders: tuple[Ordering, ...]
    explicit: int
    offset: int
    limit: int | None
    mask: tuple[Path, ...] | None
    nearest: Nearest | None
    start_at: Cursor | None
    end_at: Cursor | None

    def covers(self, record: Record) -> bool:
        """Whether the document is of those that the query speaks of, cursors and limits aside."""
        return self.scope.covers(record) and all(matches(record) for matches in self._filters)

    def run(self, records: Iterable[Record]) -> list[Record]:
        """The result, given the documents of the query's scope in any order."""
        return self.find(records).records

    def find(self, records: Iterable[Record]) -> Found:
        """As `run`, with the number of documents that the offset skipped."""
        found = list(records)
        for matches in (*self._filters, *self._bounds):
            found = [record for record in found if matches(record)]
        skipped = min(self.offset, len(found))
        found = self._ordered(found)[self.offset : self._last]
        if self.nearest is not None:
            found = vectors.nearest(self.nearest, found)
        return Found(found, skipped)

    def project(self, record: Record) -> Document:
        """The document as the query returns it; not to be changed by the caller."""
        document = record.document
        if self.nearest is not None:
            document = vectors.with_distance(self.nearest, record)
        return projection.project(document, self.mask)

    def ordered_also_by(self, paths: Iterable[str]) -> "Query":
        """The same query ordered by these fields too, before the implied `__name__`.

        Raises:
            Refused: INVALID_ARGUMENT when the query asks for names, which come before other fields.
        """
        *before, name = self.orders
        known = {order.path for order in before}
        added = [Ordering(path, name.descending) for path in paths if path not in known]
        if added and self._asks_for_names:
            raise _invalid(
                f"This query requires an index that has fields {[each.path for each in added]} "
                "after __name__ and Firestore does not currently support such an index. Please "
                "try the query again with additional ordering on those fields."
            )
        return replace(self, orders=(*before, *added, name))

    @cached_property
    def _filters(self) -> list[Predicate]:
        return [*compile_all(self.where), *map(_has, self._fields)]

    @cached_property
    def _bounds(self) -> list[Predicate]:
        bounds = []
        if self.start_at is not None:
            bounds.append(cursors.compile_start(self.start_at, self._explicit))
        if self.end_at is not None:
            bounds.append(cursors.compile_end(self.end_at, self._explicit))
        return bounds

    @property
    def _asks_for_names(self) -> bool:
        asked = conditions.leaves(self.where) if self.where is not None else ()
        below = self.scope.all_descendants and bool(self.scope.parent)
        return (
            below
            or any(order.path == DOCUMENT_NAME for order in self._explicit)
            or any(leaf.path == DOCUMENT_NAME for leaf in asked)
        )

    @property
    def _explicit(self) -> Sequence[Ordering]:
        return self.orders[: self.explicit]

    @property
    def _fields(self) -> list[str]:
        return [order.path for order in self.orders if order.path != DOCUMENT_NAME]

    @property
    def _fields_before_name(self) -> list[str]:
        paths = [order.path for order in self.orders]
        return paths[: paths.index(DOCUMENT_NAME)]

    @property
    def _last(self) -> int | None:
        return None if self.limit is None else self.offset + self.limit

    def _ordered(self, found: list[Record]) -> list[Record]:
        deciding = self.orders[: len(self._fields_before_name) + 1]
        directions = {order.descending for order in deciding}
        if len(directions) > 1:
            return _ordered_field_by_field(found, deciding)
        descending = directions.pop()
        key = self._key
        if self._last is not None and self._last * _FEW < len(found):
            return (nlargest if descending else nsmallest)(self._last, found, key)
        return sorted(found, key=key, reverse=descending)

    @property
    def _key(self) -> Callable[[Record], Any]:
        one_collection = not self.scope.all_descendants and self.scope.collection_id is not None
        paths = self._fields_before_name
        if not one_collection:
            return lambda record: (*map(record.sort_key, paths), record.name_key)
        if not paths:
            return lambda record: record.id_key
        if len(paths) == 1:
            path = paths[0]
            # The filter for fields that are there has put the key among the kept ones.
            return lambda record: (record.keys[path], record.id_key)
        return lambda record: (*map(record.sort_key, paths), record.id_key)


def compile_query(parent: str, structured_query: StructuredQuery) -> Query:
    """Check and compile a query under a parent document or the root.

    Raises:
        Refused: INVALID_ARGUMENT for whatever production refuses before looking for an index.
    """
    scope = scopes.read(parent, structured_query)
    where = conditions.read(structured_query.where) if structured_query.HasField("where") else None
    explicit = orders.read(structured_query.order_by)
    leaves = list(conditions.leaves(where)) if where is not None else []
    rules.check_size(len(leaves), len(explicit), scope.parent)
    if where is not None:
        rules.check_filter(where)
        rules.check_names(leaves, scope.database)
    query = Query(
        scope=scope,
        where=where,
        orders=orders.with_implied(explicit, leaves),
        explicit=len(explicit),
        offset=_count(structured_query.offset, "offset"),
        limit=_limit(structured_query),
        mask=_mask(structured_query),
        nearest=vectors.compile_nearest(structured_query),
        start_at=structured_query.start_at if structured_query.HasField("start_at") else None,
        end_at=structured_query.end_at if structured_query.HasField("end_at") else None,
    )
    scopes.check(scope, leaves, query.orders)
    query._bounds  # noqa: B018, SLF001 (compiling the cursors refuses what they cannot be)
    return query


def partition(query: Query, records: Iterable[Record], count: int) -> list[Cursor]:
    """At most `count` cursors that divide the result into parts of about the same size.

    Raises:
        Refused: INVALID_ARGUMENT unless the query is a collection group by `__name__` alone.
    """
    if count <= 0:
        raise _invalid("partition_count must be greater than zero.")
    plain = query.where is None and query.limit is None and not query.offset
    if not plain or not query.scope.all_descendants or query.orders != (_BY_NAME,):
        raise _invalid(
            "Partition queries must be collection group queries ordered by __name__ ascending, "
            "without filters, limits and offsets."
        )
    found = query.run(records)
    marks = sorted({len(found) * part // (count + 1) for part in range(1, count + 1)} - {0})
    return [_cursor_before(found[mark]) for mark in marks]


_BY_NAME = Ordering(DOCUMENT_NAME, descending=False)


def _cursor_before(record: Record) -> Cursor:
    cursor = Cursor(before=True)
    cursor.values.add(reference_value=record.name.text)
    return cursor


def _limit(query: StructuredQuery) -> int | None:
    return _count(query.limit.value, "limit") if query.HasField("limit") else None


def _count(number: int, what: str) -> int:
    if number < 0:
        raise _invalid(f"{what} is negative")
    return number


def _mask(query: StructuredQuery) -> tuple[Path, ...] | None:
    if not query.select.fields:
        return None
    return projection.parse_mask(field.field_path for field in query.select.fields)


def _ordered_field_by_field(found: list[Record], orders: Sequence[Ordering]) -> list[Record]:
    for path, descending in reversed(orders):
        found.sort(key=_field_key(path), reverse=descending)
    return found


def _field_key(path: str) -> Callable[[Record], Any]:
    return lambda record: record.sort_key(path)


def _has(path: str) -> Predicate:
    return lambda record: record.sort_key(path) is not None


def _invalid(message: str) -> Refused:
    return Refused(grpc.StatusCode.INVALID_ARGUMENT, message)
