"""Queries run: order, cursors, limits, scope, projection and partitions."""

from typing import Any

import pytest

from emulators.firestore.messages import StructuredQuery
from emulators.firestore.query import compile_query, partition
from emulators.refused import Refused
from tests.emulators.firestore.pure.making import (
    ROOT,
    Ref,
    cursor,
    either,
    ids,
    plain_fields,
    query,
    record,
    records,
    structured,
    where,
)

DOCS = records(
    a={"x": 1, "y": 3}, b={"x": 2, "y": 2}, c={"x": 2, "y": 1}, d={"x": 3, "y": 2}, e={"x": 2},
    f={"z": 1},
)  # fmt: skip

ORDER = "Firestore documentation, Order and limit data"
CURSOR = "Firestore documentation, Paginate data with query cursors"
PROTO = "google.firestore.v1 query.proto, StructuredQuery.order_by"

ROWS: list[tuple[dict[str, Any], str, str]] = [
    ({}, "a b c d e f", PROTO),
    ({"order": ["-__name__"]}, "f e d c b a", PROTO),
    ({"order": ["x"]}, "a b c e d", ORDER),
    ({"order": ["-x"]}, "d e c b a", PROTO),
    ({"order": ["x", "-__name__"]}, "a e c b d", PROTO),
    ({"order": ["x", "y"]}, "a c b d", ORDER),
    ({"order": ["x", "-y"]}, "a b c d", ORDER),
    ({"order": ["-x", "y"]}, "d c b a", ORDER),
    ({"order": ["y", "x"]}, "c b d a", ORDER),
    ({"order": ["x"], "limit": 2}, "a b", ORDER),
    ({"order": ["-x"], "limit": 0}, "", ORDER),
    ({"order": ["x"], "offset": 1, "limit": 2}, "b c", PROTO),
    ({"order": ["x"], "offset": 9}, "", PROTO),
    ({"order": ["x"], "start_at": cursor(2, before=True)}, "b c e d", CURSOR),
    ({"order": ["x"], "start_at": cursor(2, before=False)}, "d", CURSOR),
    ({"order": ["x"], "end_at": cursor(2, before=True)}, "a", CURSOR),
    ({"order": ["x"], "end_at": cursor(2, before=False)}, "a b c e", CURSOR),
    ({"order": ["-x"], "start_at": cursor(2, before=True)}, "e c b a", CURSOR),
    ({"order": ["-x"], "end_at": cursor(2, before=True)}, "d", CURSOR),
    ({"order": ["x", "y"], "start_at": cursor(2, 2, before=True)}, "b d", CURSOR),
    ({"order": ["x", "y"], "start_at": cursor(2, before=False)}, "d", CURSOR),
    ({"order": ["x", "-y"], "start_at": cursor(2, 1, before=False)}, "d", CURSOR),
    (
        {"order": ["x", "__name__"], "start_at": cursor(2, Ref("c/c"), before=False)},
        "e d", CURSOR,
    ),
    ({"order": ["__name__"], "start_at": cursor(Ref("c/c"), before=True)}, "c d e f", CURSOR),
    ({"order": ["x"], "start_at": cursor("a", before=True)}, "", CURSOR),
    ({"order": ["x"], "start_at": cursor(None, before=True), "limit": 1}, "a", CURSOR),
]  # fmt: skip


@pytest.mark.parametrize(("parts", "found", "source"), ROWS)
def test_a_query_finds_its_documents_in_order(
    parts: dict[str, Any], found: str, source: str
) -> None:
    assert ids(query(**parts).run(reversed(DOCS))) == found, source


def orders(*args: Any, **parts: Any) -> list[str]:
    made = query(*args, **parts).orders
    return [("-" if order.descending else "") + order.path for order in made]


def test_the_implied_order_is_by_inequality_fields_and_then_by_name() -> None:
    """Source: google.firestore.v1 query.proto, StructuredQuery.order_by."""
    two = (where("b", ">", 1), where("a.b", "<", 5), where("z", "==", 1))
    assert orders(*two) == ["a.b", "b", "__name__"]
    assert orders(*two, order=["-c"]) == ["-c", "-a.b", "-b", "-__name__"]
    assert orders(*two, order=["-b"]) == ["-b", "-a.b", "-__name__"]
    assert orders(where("__name__", ">", Ref("c/a")), two[0]) == ["b", "__name__"]
    assert orders(either(where("k", "!=", 1), two[0])) == ["b", "k", "__name__"]
    assert orders(where("k", "array-contains", 1), where("l", "in", [1])) == ["__name__"]


def test_an_inequality_orders_the_result_by_its_field() -> None:
    assert ids(query(where("y", ">", 0)).run(DOCS)) == "c b d a"


@pytest.mark.parametrize(
    ("op", "operand", "found"),
    [
        ("==", Ref("c/b"), "b"),
        (">", Ref("c/d"), "e f"),
        ("in", [Ref("c/f"), Ref("c/a")], "a f"),
        ("!=", Ref("c/a"), "b c d e f"),
        ("not-in", [Ref("c/a"), Ref("c/b")], "c d e f"),
    ],
)
def test_documents_are_found_by_name(op: str, operand: Any, found: str) -> None:
    """Source: Firestore documentation, Perform simple and compound queries, document ids."""
    assert ids(query(where("__name__", op, operand)).run(DOCS)) == found


def test_the_offset_tells_how_many_it_skipped() -> None:
    assert query(offset=2).find(DOCS).skipped == 2
    assert query(offset=20).find(DOCS).skipped == 6
    assert query().find(DOCS).skipped == 0


def test_few_of_many_are_those_that_a_full_sort_puts_first() -> None:
    many = [record(f"c/d{n:03}", {"x": n * 7 % 50}) for n in range(200)]
    for order in (["x"], ["-x"], ["x", "-__name__"], []):
        whole = query(order=order).run(many)
        assert query(order=order, limit=5).run(many) == whole[:5]


PLACES = [
    record("c/a", {}),
    record("c/a/m/1", {}),
    record("c/b/m/2", {}),
    record("m/3", {}),
    record("c/a/m/1/m/4", {}),
]


@pytest.mark.parametrize(
    ("parent", "collection", "group", "found"),
    [
        ("", "c", False, "a"),
        ("", "m", False, "3"),
        ("/c/a", "m", False, "1"),
        ("", "m", True, "1 4 2 3"),
        ("/c/a", "m", True, "1 4"),
        ("", "", True, "a 1 4 2 3"),
        ("/c/b", "", False, "2"),
    ],
)
def test_a_query_covers_its_scope_alone(
    parent: str, collection: str, group: bool, found: str
) -> None:
    made = query(parent=ROOT + parent, collection=collection, group=group)
    assert ids(made.run(one for one in PLACES if made.covers(one))) == found


def test_a_lock_covers_what_matches_whatever_the_cursor_and_limit() -> None:
    made = query(where("x", "==", 2), order=["y"], limit=1, start_at=cursor(2, before=True))
    assert [one.name.document_id for one in DOCS if made.covers(one)] == ["b", "c"]


SELECTS = [
    (["m.x"], {"m": {"x": 1}}),
    (["k", "m"], {"k": 3, "m": {"x": 1, "y": 2}}),
    (["gone", "m.gone"], {}),
    (["__name__"], {}),
    ([], {"k": 3, "m": {"x": 1, "y": 2}}),
]


@pytest.mark.parametrize(("paths", "wanted"), SELECTS)
def test_a_projection_returns_the_selected_fields(paths: list[str], wanted: object) -> None:
    """Source: google.firestore.v1 query.proto, StructuredQuery.Projection."""
    made = structured()
    for path in paths:
        made.select.fields.add(field_path=path)
    one = record("c/a", {"k": 3, "m": {"x": 1, "y": 2}})
    found = compile_query(ROOT, made).project(one)
    assert plain_fields(found.fields) == wanted
    assert found.name == one.document.name


def test_partitions_divide_a_collection_group_evenly() -> None:
    """Source: google.firestore.v1 firestore.proto, PartitionQuery."""
    many = [record(f"c/d{n:02}", {}) for n in range(12)]
    made = query(group=True, order=["__name__"])
    marks = [mark.values[0].reference_value[-3:] for mark in partition(made, many, 3)]
    assert marks == ["d03", "d06", "d09"]
    assert len(partition(made, many, 50)) == 11
    assert partition(made, [], 3) == []


@pytest.mark.parametrize(
    "made",
    [query(), query(group=True, limit=1), query(where("a", "==", 1), group=True)],
)
def test_only_a_plain_collection_group_can_be_partitioned(made: Any) -> None:
    with pytest.raises(Refused, match="Partition queries must be"):
        partition(made, [], 3)


def test_an_empty_query_is_over_everything_below_its_parent() -> None:
    assert len(compile_query(ROOT, StructuredQuery()).run(PLACES)) == len(PLACES)
