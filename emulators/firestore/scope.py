"""Where a query looks, and what it may ask when that is more than one collection."""

from collections.abc import Sequence
from typing import NamedTuple

import grpc

from emulators.firestore.conditions import Condition
from emulators.firestore.fieldpaths import DOCUMENT_NAME, Path
from emulators.firestore.messages import StructuredQuery
from emulators.firestore.names import check_collection_id, parse_parent
from emulators.firestore.orders import Ordering
from emulators.firestore.records import Record
from emulators.refused import Refused

_BY_NAME = Ordering(DOCUMENT_NAME, descending=False)


class Scope(NamedTuple):
    """Where a query looks: collections of an id (None: of any) at or below a document's path."""

    database: str
    parent: Path
    collection_id: str | None
    all_descendants: bool

    def covers(self, record: Record) -> bool:
        """Whether the document lies in the scope."""
        name = record.name
        if self.collection_id is not None and name.collection_id != self.collection_id:
            return False
        if self.database != name.database:
            return False
        if self.all_descendants:
            depth = len(self.parent)
            return len(name.path) > depth and name.path[:depth] == self.parent
        return name.parent_path == self.parent


def read(parent: str, query: StructuredQuery) -> Scope:
    """The scope that a query names; INVALID_ARGUMENT for what is none."""
    database, path = parse_parent(parent)
    if len(query.from_) > 1:
        raise _invalid("A query must select from exactly one collection.")
    if not query.from_:
        return Scope(database, path, None, all_descendants=False)
    selector = query.from_[0]
    if selector.collection_id:
        check_collection_id(selector.collection_id)
    return Scope(database, path, selector.collection_id or None, selector.all_descendants)


def check(scope: Scope, leaves: Sequence[Condition], orders: Sequence[Ordering]) -> None:
    """Refuse what only a query of one collection, or of one group in all the database, may ask.

    Raises:
        Refused: INVALID_ARGUMENT; FAILED_PRECONDITION for names in descending order.
    """
    group_below = scope.all_descendants and bool(scope.parent)
    if scope.collection_id is not None and not group_below:
        return
    for leaf in leaves:
        if leaf.path != DOCUMENT_NAME:
            raise _invalid(_only_names(scope, f"filter: {leaf.path}"))
    if any(order.path != DOCUMENT_NAME for order in orders):
        raise _invalid(_only_names(scope, "all orders except __key__ ascending"))
    if orders[0] != _BY_NAME and scope.collection_id is None:
        raise _invalid("kind is required for all orders except __key__ ascending")
    if orders[0] != _BY_NAME:
        raise Refused(
            grpc.StatusCode.FAILED_PRECONDITION,
            "collection group queries are only allowed if they're at the root or they're an "
            "ascending primary key scan",
        )


def _only_names(scope: Scope, what: str) -> str:
    if scope.all_descendants and scope.parent:
        return "collection group queries are only allowed at the root parent"
    return f"kind is required for {what}"


def _invalid(message: str) -> Refused:
    return Refused(grpc.StatusCode.INVALID_ARGUMENT, message)
