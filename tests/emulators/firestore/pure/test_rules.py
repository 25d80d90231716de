"""Queries that production refuses as malformed, whatever indexes there are."""

from typing import Any

import grpc
import pytest

from emulators.firestore.messages import Filter, StructuredQuery
from emulators.firestore.query import compile_query
from emulators.refused import Refused
from tests.emulators.firestore.pure.making import (
    ROOT,
    Ref,
    cursor,
    either,
    query,
    structured,
    where,
)

LIMITS = "Firestore documentation, Perform simple and compound queries, Query limitations"
PROTO = "google.firestore.v1 query.proto"

FILTERS: list[tuple[list[Filter], str, str]] = [
    ([where("a", "in", [])], "'IN' requires an non-empty ArrayValue", PROTO),
    ([where("a", "in", 5)], "'IN' requires an non-empty ArrayValue", PROTO),
    ([where("a", "in", list(range(31)))], "'IN' supports up to 30 comparison values", LIMITS),
    ([where("a", "not-in", list(range(11)))], "'NOT_IN' supports up to 10", PROTO),
    (
        [where("a", "in", [1, 2, 3, 4, 5, 6]), where("b", "in", [1, 2, 3, 4, 5, 6])],
        "36 disjunctions", LIMITS,
    ),
    ([where("a", "not-in", [1]), where("b", "!=", 1)], "Only a single 'NOT_EQUAL'", PROTO),
    ([where("a", "!=", 1), where("b", "is not null")], "Only a single 'NOT_EQUAL'", PROTO),
    ([where("a", "not-in", [1]), where("b", "in", [1])], "with 'IN'", PROTO),
    ([where("a", "not-in", [1]), where("b", "array-contains-any", [1])], "with 'ARRAY", PROTO),
    ([either(where("a", "not-in", [1]), where("b", "==", 1))], "with 'OR'", PROTO),
    (
        [where("a", "array-contains", 1), where("b", "array-contains", 1)],
        "A maximum of 1 'ARRAY_CONTAINS' filter is allowed per disjunction", LIMITS,
    ),
    (
        [where("a", "array-contains", 1), where("b", "array-contains-any", [1])],
        "cannot be used in the same disjunction", LIMITS,
    ),
    ([where(f"f{n}", ">", 1) for n in range(11)], "A maximum of 10 fields", LIMITS),
    ([where("a", "==", 1) for _ in range(101)], "cannot exceed 100", LIMITS),
    ([where("__name__", "==", "a")], "__key__ filter value must be a Key", PROTO),
    ([where("__name__", "array-contains", 1)], "not supported on __name__", PROTO),
    ([where("a-b", "==", 1)], "Invalid property path", PROTO),
    ([Filter()], "The filter is empty", PROTO),
    ([where("__name__", "is null")], "__key__ filter value must be a Key", PROTO),
    ([where("__name__", "==", Ref("c/a")), where("a", ">", 1)], "Equality on key", LIMITS),
]  # fmt: skip


@pytest.mark.parametrize(("filters", "said", "source"), FILTERS)
def test_a_filter_that_production_refuses_is_refused(
    filters: list[Filter], said: str, source: str
) -> None:
    with pytest.raises(Refused) as refused:
        query(*filters)
    assert refused.value.code is grpc.StatusCode.INVALID_ARGUMENT
    assert said in refused.value.message, source


PARTS: list[tuple[dict[str, Any], str]] = [
    ({"limit": -1}, "limit is negative"),
    ({"offset": -1}, "offset is negative"),
    ({"order": ["a", "-a"]}, "duplicate fields"),
    ({"order": ["__name__", "a"]}, "more fields after the key"),
    ({"order": ["a."]}, "Invalid property path"),
    ({"start_at": cursor(1, 2, before=True)}, "Cursor has too many values"),
    ({"order": ["a"], "end_at": cursor(1, Ref("c/a"), before=True)}, "too many values"),
    ({"order": ["__name__"], "end_at": cursor("x", before=True)}, "must be a reference"),
    ({"collection": "__c__"}, "reserved"),
    ({"collection": "c/d"}, "invalid"),
    ({"collection": "", "order": ["a"]}, "kind is required for all orders"),
]


@pytest.mark.parametrize(("parts", "said"), PARTS)
def test_a_malformed_query_is_an_invalid_argument(parts: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused, match=said) as refused:
        query(**parts)
    assert refused.value.code is grpc.StatusCode.INVALID_ARGUMENT


def test_a_query_over_every_collection_filters_by_name_alone() -> None:
    with pytest.raises(Refused, match="kind is required for filter: a"):
        query(where("a", "==", 1), collection="", group=True)


def test_a_query_from_two_collections_is_refused() -> None:
    doubled = structured()
    doubled.from_.add(collection_id="d")
    with pytest.raises(Refused, match="exactly one collection"):
        compile_query(ROOT, doubled)


@pytest.mark.parametrize("op", [0, 99])
def test_an_unknown_operator_is_refused(op: int) -> None:
    odd = StructuredQuery()
    odd.from_.add(collection_id="c")
    odd.where.field_filter.field.field_path = "a"
    odd.where.field_filter.op = op
    with pytest.raises(Refused, match="needs an operator"):
        compile_query(ROOT, odd)


def test_what_lies_within_the_limits_compiles() -> None:
    query(where("a", "in", list(range(30))))
    query(where("a", "in", [*range(30), *range(30)]))
    query(where("a", "not-in", list(range(10))), where("b", ">", 1))
    query(either(where("a", "array-contains", 1), where("b", "array-contains", 1)))
    query(where("a", ">", 1), order=["b"])
