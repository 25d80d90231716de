"""Cursors: a position, or the beginning of one, in a query's order."""

from collections.abc import Sequence

import grpc

from emulators.firestore.fieldpaths import DOCUMENT_NAME
from emulators.firestore.filters import Predicate
from emulators.firestore.messages import Cursor
from emulators.firestore.orders import Ordering
from emulators.firestore.records import Record
from emulators.firestore.storable import check_operand
from emulators.firestore.values import REFERENCE, Key, sort_key
from emulators.refused import Refused

Position = list[tuple[str, bool, Key]]


def compile_start(cursor: Cursor, orders: Sequence[Ordering]) -> Predicate:
    """Whether a document lies at the start or after it; just before it counts as `before` says.

    Raises:
        Refused: INVALID_ARGUMENT for what is no position in these explicit orders.
    """
    return _compile(_position(cursor, orders), after=True, at_position=cursor.before)


def compile_end(cursor: Cursor, orders: Sequence[Ordering]) -> Predicate:
    """Whether a document lies before the end; one at the position does unless `before` is set."""
    return _compile(_position(cursor, orders), after=False, at_position=not cursor.before)


def _position(cursor: Cursor, orders: Sequence[Ordering]) -> Position:
    if len(cursor.values) > len(orders):
        raise Refused(
            grpc.StatusCode.INVALID_ARGUMENT,
            f"Cursor has too many values: {len(cursor.values)} for an order of "
            f"{len(orders)} fields ({', '.join(order.path for order in orders)}).",
        )
    for value in cursor.values:
        check_operand(value)
    keys = [sort_key(value) for value in cursor.values]
    for order, key in zip(orders, keys, strict=False):
        if order.path == DOCUMENT_NAME and key[0] != REFERENCE:
            raise Refused(
                grpc.StatusCode.INVALID_ARGUMENT, "Cursor value for __name__ must be a reference."
            )
    return [(*order, key) for order, key in zip(orders, keys, strict=False)]


def _compile(position: Position, *, after: bool, at_position: bool) -> Predicate:
    def within(record: Record) -> bool:
        for path, descending, key in position:
            found = record.sort_key(path)
            if found != key:
                # What lacks the field was left out before its position is asked for.
                return ((found > key) is not descending) is after  # type: ignore[operator] # same path
        return at_position

    return within
