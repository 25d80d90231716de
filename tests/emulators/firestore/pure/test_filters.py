"""Filters: which documents each operator finds, with the page or test that says so."""

from typing import Any

import pytest

from emulators.firestore.messages import Filter
from tests.emulators.firestore.pure.making import both, either, ids, query, records, where

NAN = float("nan")

OPERATORS = "Firestore documentation, Order and limit, Query operators"
SDK = "firebase-js-sdk integration tests, query.test.ts"
GOOGLE = "Google's emulator; the clients say IS_NULL, IS_NAN and their negations instead"
NODE = "nodejs-firestore system tests, supports != / not-in"
ORDER = "Firestore documentation, Data types, Value type ordering"

ZIPS = records(
    a={"zip": 98101}, b={"zip": 91102}, c={"zip": "98101"}, d={"zip": [98101]},
    e={"zip": ["98101", {"zip": 98101}]}, f={"zip": {"code": 500}}, g={"zip": [98101, 98102]},
    h={"zip": None}, i={"zip": NAN}, j={}, k={"zip": 98101.0},
)  # fmt: skip

ROWS: list[tuple[str, Any, str, str]] = [
    ("==", 98101, "a k", ORDER),
    ("==", "98101", "c", OPERATORS),
    ("==", [98101], "d", OPERATORS),
    ("==", {"code": 500}, "f", OPERATORS),
    ("==", None, "", GOOGLE),
    ("==", NAN, "", GOOGLE),
    ("is null", None, "h", SDK),
    ("is nan", None, "i", SDK),
    ("is not null", None, "i b a k c d g e f", NODE),
    ("is not nan", None, "b a k c d g e f", NODE),
    ("!=", 98101, "i b c d g e f", NODE),
    ("!=", None, "", GOOGLE),
    ("!=", NAN, "i b a k c d g e f", GOOGLE),
    ("in", [98101, "98101", [98101, 98102]], "a c g k", SDK),
    ("in", [{"code": 500}], "f", SDK),
    ("in", [None], "", SDK),
    ("in", [None, 98101], "a k", SDK),
    ("in", [NAN], "", SDK),
    ("not-in", [98101, [98101, 98102]], "i b c d e f", NODE),
    ("not-in", [NAN], "i b a k c d g e f", GOOGLE),
    ("not-in", [None], "", NODE),
    ("array-contains", 98101, "d g", OPERATORS),
    ("array-contains", {"zip": 98101}, "e", OPERATORS),
    ("array-contains", None, "", SDK),
    ("array-contains-any", [98102, "98101"], "e g", SDK),
    ("array-contains-any", [None, NAN], "", SDK),
    (">", 91102, "a k", ORDER),
    (">=", 91102, "b a k", ORDER),
    ("<", 98101, "b", GOOGLE),
    ("<=", 98101, "b a k", GOOGLE),
    (">=", "", "c", ORDER),
    (">=", [], "d g e", ORDER),
    ("<", {}, "", ORDER),
    (">", {}, "f", ORDER),
    (">", None, "", SDK),
    ("<", NAN, "", SDK),
]


@pytest.mark.parametrize(("op", "operand", "found", "source"), ROWS)
def test_an_operator_finds_what_its_source_says(
    op: str, operand: Any, found: str, source: str
) -> None:
    assert ids(query(where("zip", op, operand)).run(ZIPS)) == found, source


NUMBERS = records(
    a={"x": 1, "y": 1}, b={"x": 1, "y": 2}, c={"x": 2, "y": 1}, d={"x": 3}, e={"y": 1}
)

TREES: list[tuple[Filter, str]] = [
    (both(where("x", "==", 1), where("y", "==", 2)), "b"),
    (either(where("x", "==", 2), where("y", "==", 2)), "b c"),
    (either(where("x", "==", 3), both(where("x", "==", 1), where("y", "==", 1))), "a d"),
    (both(either(where("x", "==", 1), where("x", "==", 2)), where("y", "==", 1)), "a c"),
    (either(where("x", "in", [1, 3]), where("y", "==", 1)), "a b c d e"),
    (both(where("x", ">", 1), where("x", "<", 3)), "c"),
    (both(where("x", ">=", 1), where("y", "<", 2)), "a c"),
]


@pytest.mark.parametrize(("tree", "found"), TREES)
def test_and_and_or_nest(tree: Filter, found: str) -> None:
    """Source: Firestore documentation, Perform simple and compound queries, OR queries."""
    assert ids(query(tree).run(NUMBERS)) == found


def test_an_or_leaves_out_what_lacks_a_field_that_another_branch_orders_by() -> None:
    """Source: firebase-js-sdk, query.ts, queryMatchesOrderBy."""
    assert ids(query(either(where("x", ">", 2), where("y", "==", 1))).run(NUMBERS)) == "a c d"


def test_a_filter_reaches_into_maps_by_quoted_paths() -> None:
    found = records(a={"m": {"x.y": 1}}, b={"m": {"x": {"y": 1}}}, c={"m": 1})
    assert ids(query(where("m.`x.y`", "==", 1)).run(found)) == "a"
    assert ids(query(where("`m`.x.y", "==", 1)).run(found)) == "b"
