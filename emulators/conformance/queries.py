"""Queries: filters, orders, cursors, groups, aggregations."""

# ruff: noqa: D103 (a row's name is its sentence)

from typing import Any

from google.api_core.exceptions import InvalidArgument
from google.cloud.firestore import And, FieldFilter, Or, Query
from google.cloud.firestore_v1.aggregation import AggregationQuery
from google.cloud.firestore_v1.field_path import FieldPath

from emulators.conformance.behaviours import Place, Table, refused, same

QUERIES = Table()

FILTER = "Firestore documentation, Simple and compound queries"
ORDER = "Firestore documentation, Order and limit data"
CURSOR = "Firestore documentation, Paginate data with query cursors"
AGGREGATE = "Firestore documentation, Summarize data with aggregation queries"

CITIES: dict[str, dict[str, object]] = {
    "BJ": {"name": "Beijing", "country": "China", "people": 21, "regions": ["north"]},
    "DC": {"name": "Washington", "country": "USA", "people": 1, "regions": ["east"]},
    "LA": {"name": "Los Angeles", "country": "USA", "people": 4, "regions": ["west", "south"]},
    "SF": {"name": "San Francisco", "country": "USA", "people": 1, "regions": ["west"]},
    "TOK": {"name": "Tokyo", "country": "Japan", "people": 9, "regions": ["east", "south"]},
    "XX": {"name": None},
}

OPERATORS: list[tuple[str, str, object, str]] = [
    ("people", "==", 1, "DC SF"),
    ("people", "!=", 1, "LA TOK BJ"),
    ("people", "<", 4, "DC SF"),
    ("people", "<=", 4, "DC SF LA"),
    ("people", ">", 4, "TOK BJ"),
    ("people", ">=", 9, "TOK BJ"),
    ("country", "in", ["Japan", "China"], "BJ TOK"),
    ("country", "not-in", ["USA", "China"], "TOK"),
    ("regions", "array_contains", "west", "LA SF"),
    ("regions", "array_contains_any", ["north", "south"], "BJ LA TOK"),
    ("name", "==", None, "XX"),
    ("name", "!=", None, "BJ LA SF TOK DC"),
]


def _fill(at: Place) -> None:
    batch = at.client.batch()
    for name, city in CITIES.items():
        batch.set(at.document(name), city)
    batch.commit()


def _ids(query: Query) -> list[str]:
    return [found.id for found in query.stream()]


@QUERIES.row(FILTER)
def each_operator_finds_what_it_says(at: Place) -> None:
    _fill(at)
    for path, operator, value, ids in OPERATORS:
        found = _ids(at.collection.where(filter=FieldFilter(path, operator, value)))
        same((path, operator, sorted(found)), (path, operator, sorted(ids.split())))


@QUERIES.row(FILTER)
def an_inequality_orders_by_its_field(at: Place) -> None:
    _fill(at)
    found = at.collection.where(filter=FieldFilter("people", ">", 0))
    same(_ids(found), ["DC", "SF", "LA", "TOK", "BJ"])


@QUERIES.row(FILTER)
def filters_are_joined_by_and_and_or(at: Place) -> None:
    _fill(at)
    small = FieldFilter("people", "<", 5)
    usa, japan = FieldFilter("country", "==", "USA"), FieldFilter("country", "==", "Japan")
    west = FieldFilter("regions", "array_contains", "west")
    same(sorted(_ids(at.collection.where(filter=And([usa, west])))), ["LA", "SF"])
    same(sorted(_ids(at.collection.where(filter=Or([japan, west])))), ["LA", "SF", "TOK"])
    nested = Or([japan, And([usa, small])])
    same(sorted(_ids(at.collection.where(filter=nested))), ["DC", "LA", "SF", "TOK"])


@QUERIES.row(ORDER)
def order_and_limit_combine(at: Place) -> None:
    _fill(at)
    by_size = at.collection.order_by("people", direction=Query.DESCENDING).order_by("name")
    same(_ids(by_size), ["BJ", "TOK", "LA", "SF", "DC"])
    same(_ids(by_size.limit(2)), ["BJ", "TOK"])
    same(_ids(by_size.offset(1).limit(2)), ["TOK", "LA"])
    same([each.id for each in by_size.limit_to_last(2).get()], ["SF", "DC"])


@QUERIES.row(ORDER)
def a_document_without_the_field_is_not_in_the_order(at: Place) -> None:
    _fill(at)
    same(_ids(at.collection.order_by("people")), ["DC", "SF", "LA", "TOK", "BJ"])


@QUERIES.row("Firestore documentation, Data types: value type ordering")
def values_of_all_types_have_one_order(at: Place) -> None:
    ordered = [None, False, True, float("nan"), -1.5, 2, "a", "b", b"a", [1], [1, 2], {"a": 1}]
    for number, value in enumerate(ordered):
        at.document(f"{number:02}").set({"v": value})
    same(_ids(at.collection.order_by("v")), [f"{number:02}" for number in range(len(ordered))])


@QUERIES.row(CURSOR)
def cursors_bound_a_result(at: Place) -> None:
    _fill(at)
    by_size = at.collection.order_by("people")
    same(_ids(by_size.start_at({"people": 4})), ["LA", "TOK", "BJ"])
    same(_ids(by_size.start_after({"people": 4})), ["TOK", "BJ"])
    same(_ids(by_size.end_at({"people": 4})), ["DC", "SF", "LA"])
    same(_ids(by_size.end_before({"people": 4})), ["DC", "SF"])
    same(_ids(by_size.start_after(at.document("DC").get())), ["SF", "LA", "TOK", "BJ"])


@QUERIES.row(FILTER)
def documents_are_found_by_name(at: Place) -> None:
    _fill(at)
    name = FieldPath.document_id()
    one = FieldFilter(name, "==", at.document("LA"))
    same(_ids(at.collection.where(filter=one)), ["LA"])
    several = FieldFilter(name, "in", [at.document("LA"), at.document("SF")])
    same(sorted(_ids(at.collection.where(filter=several))), ["LA", "SF"])
    after = FieldFilter(name, ">", at.document("LA"))
    same(_ids(at.collection.where(filter=after)), ["SF", "TOK", "XX"])


@QUERIES.row(FILTER)
def a_selection_limits_the_fields(at: Place) -> None:
    _fill(at)
    query = at.collection.where(filter=FieldFilter("country", "==", "Japan"))
    same([each.to_dict() for each in query.select(["name"]).stream()], [{"name": "Tokyo"}])
    same([each.to_dict() for each in query.select([]).stream()], [{}])


@QUERIES.row(FILTER)
def a_group_finds_the_collections_of_one_id_everywhere(at: Place) -> None:
    group = f"{at.collection.id}-below"
    for name in ("a", "b"):
        at.document(name).collection(group).document("x").set({"n": 1})
        at.document(name).collection(f"{group}-not").document("x").set({"n": 1})
    found = at.client.collection_group(group).stream()
    expected = [f"{at.collection.id}/{name}/{group}/x" for name in ("a", "b")]
    same([each.reference.path for each in found], expected)


@QUERIES.row(AGGREGATE)
def results_are_counted_and_summed(at: Place) -> None:
    _fill(at)
    same(_summed(at, "USA"), {"n": 3, "sum": 6, "avg": 2.0})
    # The service answers null for the average of nothing, of which the library makes a zero.
    same(_summed(at, "Utopia"), {"n": 0, "sum": 0, "avg": 0})


def _summed(at: Place, country: str) -> dict[str, object]:
    query: Any = at.collection.where(filter=FieldFilter("country", "==", country))
    asked = query.count(alias="n").sum("people", alias="sum").avg("people", alias="avg")
    return {each.alias: each.value for each in asked.get()[0]}


@QUERIES.row(AGGREGATE)
def a_count_respects_the_limit(at: Place) -> None:
    _fill(at)
    limited: Any = at.collection.limit(2)
    same(limited.count().get()[0][0].value, 2)


@QUERIES.row("googleapis/python-firestore, system tests of aggregations")
def an_aggregation_needs_parts_with_names_of_their_own(at: Place) -> None:
    group: Any = at.client.collection_group(at.collection.id)
    refused(InvalidArgument, AggregationQuery(group).get, "Aggregations can not be empty")
    twice = group.count(alias="n").count(alias="n")
    refused(InvalidArgument, twice.get, "Aggregation aliases contain duplicate alias")


@QUERIES.row("Firestore RPC reference, PartitionQuery")
def a_group_is_partitioned_without_loss(at: Place) -> None:
    group = f"{at.collection.id}-parts"
    for number in range(20):
        at.document("p").collection(group).document(f"{number:02}").set({})
    parts = list(at.client.collection_group(group).get_partitions(3))
    found = [each.id for part in parts for each in part.query().stream()]
    same(found, [f"{number:02}" for number in range(20)])
