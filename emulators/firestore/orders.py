"""What a query is ordered by: what it says, and what that implies."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import grpc

from emulators.firestore.conditions import Condition, canonical
from emulators.firestore.fieldpaths import DOCUMENT_NAME, parse
from emulators.firestore.messages import Order, StructuredQuery
from emulators.refused import Refused


class Ordering(NamedTuple):
    """One field that a query is ordered by."""

    path: str
    descending: bool


def read(order_by: Iterable[Order]) -> list[Ordering]:
    """The explicit orders; INVALID_ARGUMENT if they are malformed."""
    orders: list[Ordering] = []
    for order in order_by:
        path = canonical(order.field.field_path)
        if any(path == known.path for known in orders):
            raise _invalid(f"order by clause cannot contain duplicate fields {path}")
        if orders and orders[-1].path == DOCUMENT_NAME:
            raise _more_than_the_name()
        orders.append(Ordering(path, order.direction == StructuredQuery.DESCENDING))
    return orders


def with_implied(explicit: Sequence[Ordering], leaves: Iterable[Condition]) -> tuple[Ordering, ...]:
    """The explicit orders, then those of inequalities, then the name; in the last one's direction.

    Raises:
        Refused: INVALID_ARGUMENT when an inequality's field would come after the name.
    """
    last = bool(explicit) and explicit[-1].descending
    known = {DOCUMENT_NAME, *(order.path for order in explicit)}
    implied = {leaf.path for leaf in leaves if leaf.inequality} - known
    named = bool(explicit) and explicit[-1].path == DOCUMENT_NAME
    if implied and named:
        raise _more_than_the_name()
    orders = [*explicit, *(Ordering(path, last) for path in sorted(implied, key=parse))]
    return tuple(orders if named else [*orders, Ordering(DOCUMENT_NAME, last)])


def _more_than_the_name() -> Refused:
    return _invalid("order by clause cannot contain more fields after the key")


def _invalid(message: str) -> Refused:
    return Refused(grpc.StatusCode.INVALID_ARGUMENT, message)
