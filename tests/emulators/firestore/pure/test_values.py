"""Values: the total order over all types, equality, and sizes."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulators.firestore.messages import Document, Value
from emulators.firestore.values import equal, size_of, size_of_value, sort_key
from tests.emulators.firestore.pure.making import Point, Ref, Time, Vector, document, value

NAN = float("nan")
BIG = 2**53

# Firestore documentation, Data types, "Value type ordering": each sorts before the next.
ASCENDING: list[Any] = [
    None, False, True, NAN,
    float("-inf"), -(2**63), -1.5, -1, 0, 5e-324, 1, 1.5, BIG, BIG + 1, 2**63 - 1, 2.0**63,
    float("inf"),
    Time(-1), Time(0), Time(0, 1), Time(1),
    "", "A", "a", "aa", "b", "é", "\uffff", "😀",
    b"", b"\x00", b"a", b"\xff",
    Ref("c/a"), Ref("c/a/d/x"), Ref("c/b"), Ref("d/a"),
    Point(-90, 0), Point(0, -1), Point(0, 1), Point(1, -180),
    [], [None], [1], [1, 1], [2], ["a"],
    Vector((9.0,)), Vector((1.0, 2.0)), Vector((1.0, 3.0)), Vector((2.0, 0.0)),
    {}, {"a": 1}, {"a": 1, "b": 0}, {"a": 2}, {"b": 0}, {"b": {"c": 1}},
]  # fmt: skip

EQUAL: list[tuple[Any, Any]] = [
    (3, 3.0), (0.0, -0.0), (0, -0.0), (NAN, float("-nan")), ([1], [1.0]), ({"a": 1}, {"a": 1.0}),
]  # fmt: skip


@pytest.mark.parametrize(("lower", "higher"), list(pairwise(ASCENDING)))
def test_each_value_sorts_before_the_next(lower: Any, higher: Any) -> None:
    assert sort_key(value(lower)) < sort_key(value(higher))
    assert not equal(value(lower), value(higher))


@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_equal_values_have_one_key(one: Any, other: Any) -> None:
    assert equal(value(one), value(other))
    assert hash(sort_key(value(one))) == hash(sort_key(value(other)))


def test_a_value_without_a_type_counts_as_null() -> None:
    assert equal(Value(), value(None))


def test_a_map_that_only_claims_to_be_a_vector_is_a_map_and_stays_as_it_is() -> None:
    odd = value({"__type__": "__vector__"})
    assert sort_key(odd) > sort_key(value(Vector((1.0,))))
    assert "value" not in odd.map_value.fields


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(), st.text(max_size=4),
    st.binary(max_size=4), st.builds(Time, st.integers(-9, 9), st.integers(0, 9)),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=6,
)


@given(st.lists(VALUES, min_size=3, max_size=3))
@settings(max_examples=150)
def test_the_order_is_total(plain: list[Any]) -> None:
    low, middle, high = sorted(sort_key(value(one)) for one in plain)
    assert low <= middle <= high
    assert low <= high
    assert (low == high) == (not low < high)


@given(VALUES)
@settings(max_examples=100)
def test_a_value_keeps_its_key_and_size_over_the_wire(plain: Any) -> None:
    made = value(plain)
    read = Value.FromString(made.SerializeToString())
    assert sort_key(read) == sort_key(made)
    assert size_of_value(read) == size_of_value(made)


# Firestore documentation, Storage size calculations.
SIZES: list[tuple[Any, int]] = [
    (None, 1), (True, 1), (7, 8), (1.5, 8), (Time(1), 8), ("abc", 4), ("ä", 3), (b"abc", 3),
    (Point(1, 2), 16), (["ab", 1], 11), ({"a": 1, "bc": "d"}, 15), (Ref("users/jeff"), 27),
    (Vector((1.0, 2.0, 3.0)), 24),
]  # fmt: skip


@pytest.mark.parametrize(("plain", "size"), SIZES)
def test_a_value_has_its_documented_size(plain: Any, size: int) -> None:
    assert size_of_value(value(plain)) == size


def test_the_documentation_s_example_has_its_documented_size() -> None:
    """Source: Firestore documentation, Storage size calculations, the task of user jeff: 147."""
    task = {
        "type": "Personal",
        "done": False,
        "priority": 1,
        "description": "Learn Cloud Firestore",
    }
    assert size_of(document("users/jeff/tasks/my_task_id", task)) == 147


def test_a_document_without_a_name_still_has_a_size() -> None:
    assert size_of(Document()) == 48
