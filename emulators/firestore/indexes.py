"""The index rule: a query that no index of the project serves is refused, as in production."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import grpc

from emulators.firestore import conditions
from emulators.firestore.conditions import CONTAINMENTS, EQUALITIES, Condition
from emulators.firestore.fieldpaths import DOCUMENT_NAME
from emulators.firestore.index_entries import (
    ASCENDING,
    CONTAINS,
    DESCENDING,
    FieldIndexes,
    IndexField,
)
from emulators.firestore.orders import Ordering
from emulators.firestore.query import Query
from emulators.firestore.vectors import Nearest
from emulators.refused import Refused

_SHORT = {ASCENDING: "ASC", DESCENDING: "DESC", CONTAINS: "CONTAINS"}


class Need(NamedTuple):
    """What an index must hold for one AND of conditions.

    `fixed` are the fields compared for equality or containment (with the mode that serves each),
    `sorted` the tail of ranges and orders, in order, without `__name__`; `name` its direction.
    """

    fixed: frozenset[IndexField]
    sorted: tuple[IndexField, ...]
    name: str


class Composite(NamedTuple):
    """One composite index of the file."""

    group: str
    scope: str
    fields: tuple[IndexField, ...]
    dimension: int | None


class Catalog:
    """The indexes of one project: the automatic ones, less exemptions, and those of its file."""

    def __init__(self, composites: Iterable[Composite], overrides: FieldIndexes) -> None:
        self._composites = tuple(composites)
        self._overrides = overrides

    @classmethod
    def load(cls, path: Path) -> "Catalog":
        """Read `firestore.indexes.json`.

        Raises:
            ValueError: The file is malformed; the message names it.
        """
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            composites = [_composite(entry) for entry in content.get("indexes", [])]
            return cls(composites, FieldIndexes.read(content.get("fieldOverrides", [])))
        except (ValueError, KeyError, TypeError, AttributeError, Refused) as error:
            raise ValueError(f"{path} is not a valid index file: {error!r}") from error

    @property
    def ttl_fields(self) -> dict[str, str]:
        """The field that says when a document expires, by collection group."""
        return self._overrides.ttl_fields

    def check(self, query: Query) -> None:
        """Refuse a query without an index.

        Raises:
            Refused: FAILED_PRECONDITION; the message ends in the missing index's definition, as
                `firestore.indexes.json` holds it.
        """
        group = query.scope.collection_id
        if group is None:
            return
        scope = "COLLECTION_GROUP" if query.scope.all_descendants else "COLLECTION"
        conjuncts = conditions.disjuncts(query.where) if query.where is not None else [()]
        for conjunct in conjuncts:
            need = _need(conjunct, query.orders)
            if query.nearest is not None:
                self._check_vector(query.nearest, need, group, scope)
            elif not self._serves(need, group, scope):
                raise self._missing(query, need, group, scope)

    def _serves(self, need: Need, group: str, scope: str) -> bool:
        if not need.fixed and not need.sorted:
            # Documents lie in the order of their names; the way back is an index like any other.
            backwards = (group, scope, (IndexField(DOCUMENT_NAME, DESCENDING),))
            return need.name == ASCENDING or backwards in (each[:3] for each in self._composites)
        covered: set[IndexField] = set()
        for fields in self._candidates(need, group, scope):
            part = _served_part(fields, need)
            if part is not None:
                covered |= part
                if covered == need.fixed:
                    return True
        return False

    def _candidates(self, need: Need, group: str, scope: str) -> list[tuple[IndexField, ...]]:
        found = [
            composite.fields
            for composite in self._composites
            if (composite.group, composite.scope) == (group, scope) and composite.dimension is None
        ]
        for field in (*need.fixed, *need.sorted):
            modes = self._overrides.modes(group, field.path, scope)
            found += [(IndexField(field.path, mode),) for mode in modes]
        return found

    def _missing(self, query: Query, need: Need, group: str, scope: str) -> Refused:
        fields = (*need.fixed, *need.sorted)
        link = f"https://console.firebase.google.com/project/{_project(query)}/firestore/indexes"
        if len(fields) == 1 and _single(need):
            field = fields[0]
            kind = _kind(scope, field.mode)
            override = self._overrides.with_added(group, field, scope)
            return _refused(
                f"The query requires a {kind} index for collection {group} and field {field.path}. "
                f"You can create it here: {link}. "
                f"In firestore.indexes.json it is the field override {json.dumps(override)}"
            )
        definition = _definition(group, scope, _suggested(need))
        return _refused(
            f"The query requires an index. You can create it here: {link}. "
            f"In firestore.indexes.json it is the index {json.dumps(definition)}"
        )

    def _check_vector(self, nearest: Nearest, need: Need, group: str, scope: str) -> None:
        size = len(nearest.target)
        wanted = {field.path for field in (*need.fixed, *need.sorted)}
        for composite in self._composites:
            *before, last = composite.fields
            placed = (composite.group, composite.scope) == (group, scope)
            fits = composite.dimension == size and last.path == nearest.path
            if placed and fits and {field.path for field in before} == wanted:
                return
        definition = _definition(group, scope, _suggested(need))
        vector = {"fieldPath": nearest.path, "vectorConfig": {"dimension": size, "flat": {}}}
        definition["fields"].append(vector)
        raise _refused(
            "Missing vector index configuration. Please create the required index. "
            f"In firestore.indexes.json it is the index {json.dumps(definition)}"
        )


def _need(conjunct: Iterable[Condition], orders: Iterable[Ordering]) -> Need:
    fixed = {
        IndexField(part.path, CONTAINS if part.op in CONTAINMENTS else ASCENDING)
        for part in conjunct
        if part.op in EQUALITIES | CONTAINMENTS and part.path != DOCUMENT_NAME
    }
    equal = {field.path for field in fixed if field.mode != CONTAINS}
    tail: list[IndexField] = []
    name = ASCENDING
    for order in orders:
        mode = DESCENDING if order.descending else ASCENDING
        if order.path == DOCUMENT_NAME:
            name = mode
            break
        # A field that is fixed to one value has no order to keep.
        if order.path not in equal:
            tail.append(IndexField(order.path, mode))
    return Need(frozenset(fixed), tuple(tail), name)


def _served_part(fields: tuple[IndexField, ...], need: Need) -> frozenset[IndexField] | None:
    """The fixed fields that this index can serve among merged ones; None if it cannot join."""
    *rest, last = fields
    name = last.mode if last.mode != CONTAINS else need.name
    if last.path == DOCUMENT_NAME:
        fields = tuple(rest)
    if name != need.name and need.sorted:
        return None
    size = len(fields) - len(need.sorted)
    if size < 0 or fields[size:] != need.sorted:
        return None
    part = {
        IndexField(field.path, CONTAINS if field.mode == CONTAINS else ASCENDING)
        for field in fields[:size]
    }
    return frozenset(part) if part <= need.fixed else None


def _single(need: Need) -> bool:
    return not need.sorted or need.sorted[0].mode == need.name


def _suggested(need: Need) -> list[IndexField]:
    """The one composite index that serves the need by itself."""
    fixed = sorted(need.fixed, key=lambda field: (field.mode == CONTAINS, field.path))
    fields = [*fixed, *need.sorted]
    natural = fields[-1].mode if fields and fields[-1].mode != CONTAINS else ASCENDING
    return fields if need.name == natural else [*fields, IndexField(DOCUMENT_NAME, need.name)]


def _definition(group: str, scope: str, fields: Iterable[IndexField]) -> dict[str, Any]:
    return {
        "collectionGroup": group,
        "queryScope": scope,
        "fields": [{"fieldPath": field.path, **field.setting()} for field in fields],
    }


def _composite(entry: Mapping[str, Any]) -> Composite:
    fields, dimension = [], None
    for part in entry["fields"]:
        path = conditions.canonical(part["fieldPath"])
        if "vectorConfig" in part:
            dimension = int(part["vectorConfig"]["dimension"])
        fields.append(IndexField(path, part.get("order") or part.get("arrayConfig") or "VECTOR"))
    scope = entry.get("queryScope", "COLLECTION")
    return Composite(entry["collectionGroup"], scope, tuple(fields), dimension)


def _kind(scope: str, mode: str) -> str:
    return f"{scope}_{ {ASCENDING: 'ASC', DESCENDING: 'DESC', CONTAINS: 'CONTAINS'}[mode] }"


def _project(query: Query) -> str:
    return query.scope.database.split("/")[1]


def _refused(message: str) -> Refused:
    return Refused(grpc.StatusCode.FAILED_PRECONDITION, message)
