"""What production refuses in a query's filter and order, before it looks for an index."""

from collections.abc import Sequence

import grpc

from emulators.firestore.conditions import (
    CONTAINMENTS,
    EQUALITIES,
    LISTS,
    NEGATIONS,
    Condition,
    Node,
    count_disjuncts,
    disjuncts,
    has_or,
    leaves,
)
from emulators.firestore.fieldpaths import DOCUMENT_NAME
from emulators.firestore.messages import FieldFilter
from emulators.refused import Refused

MAX_DISJUNCTS = 30
MAX_NOT_IN = 10
MAX_INEQUALITY_FIELDS = 10
MAX_PARTS = 100


def check_filter(node: Node) -> None:
    """INVALID_ARGUMENT for a combination of conditions that production does not serve."""
    conditions = list(leaves(node))
    _check_lists(conditions)
    _check_negations(conditions)
    _check_disjuncts(node, conditions)
    fields = {condition.path for condition in conditions if condition.inequality}
    if len(fields) > MAX_INEQUALITY_FIELDS:
        raise _invalid(
            f"A maximum of {MAX_INEQUALITY_FIELDS} fields may have inequality filters: "
            f"{', '.join(sorted(fields))}."
        )


def check_names(leaves: Sequence[Condition], database: str) -> None:
    """INVALID_ARGUMENT for conditions on names that production does not serve."""
    names = [leaf for leaf in leaves if leaf.path == DOCUMENT_NAME]
    for other in {key[1] for leaf in names for key in leaf.keys} - {database}:
        raise _invalid(
            f"The request was for database '{database}' but was attempting to access database "
            f"'{other}'"
        )
    inequalities = {leaf.path for leaf in leaves if leaf.inequality}
    equal = any(leaf.op in EQUALITIES for leaf in names)
    if equal and inequalities and DOCUMENT_NAME not in inequalities:
        raise _invalid(
            "Equality on key is not allowed if there are other inequality fields and key does "
            "not appear in inequalities."
        )


def check_size(conditions: int, orders: int, parent: Sequence[str]) -> None:
    """INVALID_ARGUMENT for too many filters, orders and parent segments together."""
    if conditions + orders + len(parent) > MAX_PARTS:
        raise _invalid(
            f"The sum of filters, sort orders, and parent document path in a query "
            f"cannot exceed {MAX_PARTS}."
        )


def _check_lists(conditions: list[Condition]) -> None:
    for condition in conditions:
        limit = MAX_NOT_IN if condition.op == FieldFilter.NOT_IN else MAX_DISJUNCTS
        if condition.op in LISTS and len(condition.keys) > limit:
            raise _invalid(f"'{condition.op_name}' supports up to {limit} comparison values.")


def _check_negations(conditions: list[Condition]) -> None:
    negations = [condition for condition in conditions if condition.op in NEGATIONS]
    if len(negations) > 1:
        one, other = negations[:2]
        raise _invalid(
            f"Only a single 'NOT_EQUAL', 'NOT_IN', 'IS_NOT_NAN', or 'IS_NOT_NULL' filter allowed "
            f"per query: {one.op_name} on {one.path}, {other.op_name} on {other.path}."
        )


def _check_disjuncts(node: Node, conditions: list[Condition]) -> None:
    count = count_disjuncts(node)
    if count > MAX_DISJUNCTS:
        raise _invalid(
            f"The query has {count} disjunctions in disjunctive normal form; "
            f"at most {MAX_DISJUNCTS} are supported."
        )
    _check_not_in(conditions, branches=has_or(node))
    for conjunct in disjuncts(node):
        _check_containments(conjunct)


def _check_not_in(conditions: list[Condition], *, branches: bool) -> None:
    ops = {condition.op for condition in conditions}
    if FieldFilter.NOT_IN not in ops:
        return
    if branches:
        raise _invalid("'NOT_IN' cannot be used in the same query with 'OR'.")
    for op in (FieldFilter.IN, FieldFilter.ARRAY_CONTAINS_ANY):
        if op in ops:
            name = FieldFilter.Operator.Name(op)
            raise _invalid(f"'NOT_IN' cannot be used in the same query with '{name}'.")


def _check_containments(conjunct: tuple[Condition, ...]) -> None:
    found = [condition.op_name for condition in conjunct if condition.op in CONTAINMENTS]
    if len(found) < 2:
        return
    if found[0] != found[1]:
        raise _invalid(
            "'ARRAY_CONTAINS' and 'ARRAY_CONTAINS_ANY' cannot be used in the same disjunction."
        )
    raise _invalid(f"A maximum of 1 '{found[0]}' filter is allowed per disjunction.")


def _invalid(message: str) -> Refused:
    return Refused(grpc.StatusCode.INVALID_ARGUMENT, message)
