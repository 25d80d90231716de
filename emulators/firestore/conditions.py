"""A filter as a tree of conditions, read once from its request."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import grpc

from emulators.firestore import fieldpaths, storable
from emulators.firestore.messages import CompositeFilter, FieldFilter, Filter, UnaryFilter, Value
from emulators.firestore.values import NAN_KEY, NULL_KEY, REFERENCE, Key, sort_key
from emulators.refused import Refused

RANGES = frozenset(
    (
        FieldFilter.LESS_THAN,
        FieldFilter.LESS_THAN_OR_EQUAL,
        FieldFilter.GREATER_THAN,
        FieldFilter.GREATER_THAN_OR_EQUAL,
    )
)
NEGATIONS = frozenset((FieldFilter.NOT_EQUAL, FieldFilter.NOT_IN))
EQUALITIES = frozenset((FieldFilter.EQUAL, FieldFilter.IN))
CONTAINMENTS = frozenset((FieldFilter.ARRAY_CONTAINS, FieldFilter.ARRAY_CONTAINS_ANY))
LISTS = frozenset((FieldFilter.IN, FieldFilter.NOT_IN, FieldFilter.ARRAY_CONTAINS_ANY))

_UNARY = {
    UnaryFilter.IS_NULL: (FieldFilter.EQUAL, NULL_KEY),
    UnaryFilter.IS_NAN: (FieldFilter.EQUAL, NAN_KEY),
    UnaryFilter.IS_NOT_NULL: (FieldFilter.NOT_EQUAL, NULL_KEY),
    UnaryFilter.IS_NOT_NAN: (FieldFilter.NOT_EQUAL, NAN_KEY),
}
_NAMES: dict[int, str] = {number: name for name, number in FieldFilter.Operator.items()}


@dataclass(frozen=True, slots=True)
class Condition:
    """One field compared with the keys of one value, or of several for the list operators.

    `path` is in canonical quoting; `op` is one of `FieldFilter`'s, unary filters included.
    """

    path: str
    op: int
    keys: tuple[Key, ...]
    unary: bool = False

    @property
    def never(self) -> bool:
        """Whether no document meets it: null and NaN are asked for by unary filters alone."""
        if self.unary:
            return False
        if self.op in NEGATIONS:
            return NULL_KEY in self.keys
        alone = self.op in RANGES or self.op == FieldFilter.EQUAL
        return alone and self.keys[0] in (NULL_KEY, NAN_KEY)

    @property
    def inequality(self) -> bool:
        """Whether the condition orders its query by its field."""
        return self.op in (*RANGES, *NEGATIONS) and not self.never

    @property
    def op_name(self) -> str:
        """The operator, as requests name it."""
        return _NAMES[self.op]


@dataclass(frozen=True, slots=True)
class Junction:
    """Conditions of which all (AND) or any (OR) must hold."""

    any_of: bool
    parts: tuple["Node", ...]


Node = Condition | Junction


def read(where: Filter) -> Node:
    """The filter as a tree; INVALID_ARGUMENT if it is malformed."""
    kind = where.WhichOneof("filter_type")
    if kind == "composite_filter":
        return _junction(where.composite_filter)
    if kind == "field_filter":
        return _field_condition(where.field_filter)
    if kind == "unary_filter":
        return _unary_condition(where.unary_filter)
    raise _invalid("The filter is empty: it must be a composite, a field or a unary filter.")


def leaves(node: Node) -> Iterator[Condition]:
    """Every condition of the tree, in order."""
    if isinstance(node, Condition):
        yield node
    else:
        for part in node.parts:
            yield from leaves(part)


def disjuncts(node: Node) -> list[tuple[Condition, ...]]:
    """The tree as an OR of ANDs; list operators are left whole."""
    if isinstance(node, Condition):
        return [(node,)]
    parts = [disjuncts(part) for part in node.parts]
    if node.any_of:
        return [conjunct for part in parts for conjunct in part]
    return [sum(chosen, ()) for chosen in product(*parts)]


def has_or(node: Node) -> bool:
    """Whether there is an OR in the tree."""
    return isinstance(node, Junction) and (node.any_of or any(map(has_or, node.parts)))


def count_disjuncts(node: Node) -> int:
    """How many ANDs the tree would have with its list operators written out too."""
    if isinstance(node, Condition):
        return len(node.keys) if node.op != FieldFilter.NOT_IN else 1
    total = 0 if node.any_of else 1
    for part in node.parts:
        count = count_disjuncts(part)
        total = total + count if node.any_of else total * count
    return total


def canonical(field_path: str) -> str:
    """The path in one spelling, so that equal paths are equal texts."""
    return fieldpaths.quote(fieldpaths.parse(field_path))


def _junction(composite: CompositeFilter) -> Node:
    if composite.op not in (CompositeFilter.AND, CompositeFilter.OR):
        raise _invalid("A composite filter needs an operator, AND or OR.")
    if not composite.filters:
        raise _invalid("A composite filter requires at least one filter.")
    parts = tuple(map(read, composite.filters))
    any_of = composite.op == CompositeFilter.OR
    # An OR of one part means that part, but not everything may stand in it.
    return Junction(any_of, parts) if any_of or len(parts) > 1 else parts[0]


def _unary_condition(unary: UnaryFilter) -> Condition:
    if unary.op not in _UNARY:
        raise _invalid("A unary filter needs an operator.")
    op, key = _UNARY[unary.op]
    path = canonical(unary.field.field_path)
    if path == fieldpaths.DOCUMENT_NAME:
        _check_name_condition(op, (key,))
    return Condition(path, op, (key,), unary=True)


def _field_condition(part: FieldFilter) -> Condition:
    if part.op == FieldFilter.OPERATOR_UNSPECIFIED or part.op not in _NAMES:
        raise _invalid("A field filter needs an operator.")
    path = canonical(part.field.field_path)
    storable.check_operand(part.value)
    values = _listed(part) if part.op in LISTS else [part.value]
    # A list may name a value twice; production reads it once.
    keys = tuple(dict.fromkeys(map(sort_key, values)))
    if path == fieldpaths.DOCUMENT_NAME:
        _check_name_condition(part.op, keys)
    return Condition(path, part.op, keys)


def _listed(part: FieldFilter) -> list[Value]:
    values = list(part.value.array_value.values)
    if not values:
        raise _invalid(f"'{_NAMES[part.op]}' requires an non-empty ArrayValue.")
    return values


def _check_name_condition(op: int, keys: tuple[Key, ...]) -> None:
    if op in CONTAINMENTS:
        raise _invalid(f"'{_NAMES[op]}' is not supported on __name__.")
    if any(key[0] != REFERENCE for key in keys):
        raise _invalid("__key__ filter value must be a Key")


def _invalid(message: str) -> Refused:
    return Refused(grpc.StatusCode.INVALID_ARGUMENT, message)
