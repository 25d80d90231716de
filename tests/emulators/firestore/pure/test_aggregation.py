"""Aggregations: counts, sums and averages, and what they leave out."""

from typing import Any

import pytest

from emulators.firestore import aggregation
from emulators.firestore.messages import Filter, StructuredAggregationQuery
from emulators.firestore.query import compile_query
from emulators.firestore.records import Record
from emulators.refused import Refused
from tests.emulators.firestore.pure.making import ROOT, plain, records, structured, where

NAN = float("nan")
PAGE = "Firestore documentation, Summarize data with aggregation queries"
SDK = "firebase-js-sdk integration tests, aggregation.test.ts"


def aggregated(
    found: list[Record], *wanted: tuple[str, Any], filters: tuple[Filter, ...] = (), **parts: Any
) -> dict[str, Any]:
    made = StructuredAggregationQuery(structured_query=structured(*filters, **parts))
    for kind, operand in wanted:
        part = made.aggregations.add()
        getattr(part, kind).SetInParent()
        if kind != "count":
            getattr(part, kind).field.field_path = operand
        elif operand is not None:
            part.count.up_to.value = operand
    query = compile_query(ROOT, made.structured_query)
    return {alias: plain(one) for alias, one in aggregation.run(made, query, found).items()}


def column(*values: Any) -> list[Record]:
    return records(**{f"d{number}": {"n": one} for number, one in enumerate(values)})


SUMS: list[tuple[list[Any], Any, Any, str]] = [
    ([], 0, None, SDK),
    ([1, 2, 3], 6, 2.0, PAGE),
    ([1, 2.5], 3.5, 1.75, SDK),
    ([1.0, 2.0], 3.0, 1.5, SDK),
    ([1, "2", None, [3], True], 1, 1.0, PAGE),
    (["a"], 0, None, SDK),
    ([1, NAN], NAN, NAN, SDK),
    ([2**63 - 1, 1], float(2**63), 2.0**62, SDK),
    ([2**63 - 1, 1, -1], 2**63 - 1, (2**63 - 1) / 3, SDK),
    ([-(2**63), -(2**63)], -(2.0**64), -(2.0**63), SDK),
    ([float("inf"), float("-inf")], NAN, NAN, SDK),
]


@pytest.mark.parametrize(("values", "total", "average", "source"), SUMS)
def test_numbers_are_summed_and_averaged(
    values: list[Any], total: Any, average: Any, source: str
) -> None:
    found = aggregated(column(*values), ("sum", "n"), ("avg", "n"))
    assert repr(found) == repr({"field_1": total, "field_2": average}), source


def test_a_count_stops_where_it_was_told_to() -> None:
    """Source: google.firestore.v1 query.proto, StructuredAggregationQuery.Count.up_to."""
    found = column(1, 2, 3)
    assert aggregated(found, ("count", None)) == {"field_1": 3}
    assert aggregated(found, ("count", 2)) == {"field_1": 2}
    assert aggregated(found, ("count", 9)) == {"field_1": 3}
    assert aggregated(found, ("count", None), limit=1, offset=1) == {"field_1": 1}
    assert aggregated(found, ("count", None), filters=(where("n", ">", 1),)) == {"field_1": 2}


def test_a_limit_without_an_order_takes_the_smallest_values() -> None:
    """Source: python-firestore system tests, sum and avg with limit."""
    found = column(5, 1, 4, 2)
    assert aggregated(found, ("sum", "n"), limit=2) == {"field_1": 3}
    assert aggregated(found, ("sum", "n"), limit=2, order=["-n"]) == {"field_1": 9}
    assert aggregated(found, ("sum", "n"), limit=2, order=["n", "__name__"]) == {"field_1": 3}


def test_aggregates_are_over_documents_with_every_aggregated_field() -> None:
    """Source: firebase-js-sdk, aggregation.test.ts, documents with all aggregated fields only."""
    found = records(a={"x": 1, "y": 10}, b={"x": 2}, c={"x": 3, "y": 30}, d={"y": 4})
    both = aggregated(found, ("sum", "x"), ("avg", "y"), ("count", None))
    assert both == {"field_1": 4, "field_2": 20.0, "field_3": 2}


@pytest.mark.parametrize(
    "wanted",
    [
        [],
        [("count", None)] * 6,
        [("count", 0)],
        [("count", -1)],
        [("sum", "a..b")],
        [("sum", "__name__")],
    ],
)
def test_a_malformed_aggregation_is_refused(wanted: list[tuple[str, Any]]) -> None:
    with pytest.raises(Refused):
        aggregated([], *wanted)


def test_aliases_name_the_results_and_must_differ() -> None:
    made = StructuredAggregationQuery(structured_query=structured())
    for _ in range(2):
        made.aggregations.add(alias="all").count.SetInParent()
    with pytest.raises(Refused, match="duplicate alias: all"):
        aggregation.run(made, compile_query(ROOT, made.structured_query), [])
