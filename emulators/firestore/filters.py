"""Conditions compiled to functions over the keys that records keep."""

from collections.abc import Callable

from emulators.firestore.conditions import Condition, Junction, Node
from emulators.firestore.messages import FieldFilter
from emulators.firestore.records import Record
from emulators.firestore.values import ARRAY, NAN_KEY, NULL_KEY, Key

Predicate = Callable[[Record], bool]


def compile_all(node: Node | None) -> list[Predicate]:
    """Functions that must all say yes: the tree's top AND taken apart, or nothing."""
    if node is None:
        return []
    if isinstance(node, Junction) and not node.any_of:
        return [predicate for part in node.parts for predicate in compile_all(part)]
    return [compile_filter(node)]


def compile_filter(node: Node) -> Predicate:
    """Whether a document matches the tree."""
    if isinstance(node, Condition):
        return _never if node.never else _COMPILERS[node.op](node)
    parts = [compile_filter(part) for part in node.parts]
    if node.any_of:
        return lambda record: any(part(record) for part in parts)
    return lambda record: all(part(record) for part in parts)


def _equal(condition: Condition) -> Predicate:
    path, key = condition.path, condition.keys[0]
    return lambda record: record.sort_key(path) == key


def _not_equal(condition: Condition) -> Predicate:
    if condition.unary:
        path, unwanted = condition.path, (None, NULL_KEY, condition.keys[0])
        return lambda record: record.sort_key(path) not in unwanted
    return _not_in(condition)


def _in(condition: Condition) -> Predicate:
    path, keys = condition.path, frozenset(_comparable(condition))
    return lambda record: record.sort_key(path) in keys


def _not_in(condition: Condition) -> Predicate:
    path, unwanted = condition.path, frozenset((None, NULL_KEY, *_comparable(condition)))
    return lambda record: record.sort_key(path) not in unwanted


def _array_contains(condition: Condition) -> Predicate:
    path, keys = condition.path, frozenset(_comparable(condition))

    def matches(record: Record) -> bool:
        found = record.sort_key(path)
        return found is not None and found[0] == ARRAY and not keys.isdisjoint(found[1])

    return matches


def _above(condition: Condition) -> Predicate:
    path, key = condition.path, condition.keys[0]
    ceiling = (key[0] + 1,)
    if condition.op == FieldFilter.GREATER_THAN:
        return lambda record: (found := record.sort_key(path)) is not None and key < found < ceiling
    return lambda record: (found := record.sort_key(path)) is not None and key <= found < ceiling


def _below(condition: Condition) -> Predicate:
    path, key = condition.path, condition.keys[0]
    floor = (key[0],)
    if condition.op == FieldFilter.LESS_THAN:
        return lambda record: (found := record.sort_key(path)) is not None and floor <= found < key
    return lambda record: (found := record.sort_key(path)) is not None and floor <= found <= key


def _comparable(condition: Condition) -> list[Key]:
    """The keys but for null and NaN, which equal nothing: only a unary filter asks for them."""
    return [key for key in condition.keys if key not in (NULL_KEY, NAN_KEY)]


def _never(_: Record) -> bool:
    return False


_COMPILERS: dict[int, Callable[[Condition], Predicate]] = {
    FieldFilter.EQUAL: _equal,
    FieldFilter.NOT_EQUAL: _not_equal,
    FieldFilter.IN: _in,
    FieldFilter.NOT_IN: _not_in,
    FieldFilter.ARRAY_CONTAINS: _array_contains,
    FieldFilter.ARRAY_CONTAINS_ANY: _array_contains,
    FieldFilter.LESS_THAN: _below,
    FieldFilter.LESS_THAN_OR_EQUAL: _below,
    FieldFilter.GREATER_THAN: _above,
    FieldFilter.GREATER_THAN_OR_EQUAL: _above,
}
