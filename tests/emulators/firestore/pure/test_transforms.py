"""Field transforms: what each makes of each kind of value, and what it reports."""

from typing import Any

import pytest

from emulators.firestore import transforms
from emulators.firestore.messages import FieldTransform
from tests.emulators.firestore.pure.making import Time, document, plain, plain_fields, value

PROTO = "google.firestore.v1 write.proto, DocumentTransform.FieldTransform"
ADD = "Firestore documentation, Add data, Increment a numeric value"
ARRAY = "Firestore documentation, Add data, Update elements in an array"

NAN = float("nan")
MAX = 2**63 - 1
GONE = object()
NOW = 1_700_000_000_123_456


def transform(kind: str, operand: Any, path: str = "f") -> FieldTransform:
    made = FieldTransform(field_path=path)
    if kind == "set_to_server_value":
        made.set_to_server_value = operand
    elif kind in ("append_missing_elements", "remove_all_from_array"):
        getattr(made, kind).SetInParent()
        getattr(made, kind).values.extend(map(value, operand))
    else:
        getattr(made, kind).CopyFrom(value(operand))
    return made


NUMBERS: list[tuple[str, Any, Any, Any, str]] = [
    ("increment", 5, 2, 7, ADD),
    ("increment", 5, -7, -2, ADD),
    ("increment", 5, 1.5, 6.5, PROTO),
    ("increment", 1.5, 2, 3.5, PROTO),
    ("increment", GONE, 2, 2, PROTO),
    ("increment", "text", 2, 2, PROTO),
    ("increment", None, 2.5, 2.5, PROTO),
    ("increment", MAX - 1, 5, MAX, PROTO),
    ("increment", -MAX, -5, -(2**63), PROTO),
    ("increment", MAX, 1.0, float(2**63), PROTO),
    ("maximum", 5, 7, 7, PROTO),
    ("maximum", 5, 3, 5, PROTO),
    ("maximum", 3, 3.0, 3, PROTO),
    ("maximum", 3.0, 3, 3.0, PROTO),
    ("maximum", 0.0, -0.0, 0.0, PROTO),
    ("maximum", -0.0, 0, -0.0, PROTO),
    ("maximum", 3, 3.5, 3.5, PROTO),
    ("maximum", 3, NAN, NAN, PROTO),
    ("maximum", NAN, 3, NAN, PROTO),
    ("maximum", GONE, 3, 3, PROTO),
    ("maximum", "text", 3, 3, PROTO),
    ("minimum", 5, 7, 5, PROTO),
    ("minimum", 5, 3.5, 3.5, PROTO),
    ("minimum", 3, 3.0, 3, PROTO),
    ("minimum", 3, NAN, NAN, PROTO),
    ("minimum", GONE, 3, 3, PROTO),
    ("minimum", [1], 3, 3, PROTO),
]


@pytest.mark.parametrize(("kind", "held", "operand", "wanted", "source"), NUMBERS)
def test_a_number_becomes_what_the_source_says_and_is_reported(
    kind: str, held: Any, operand: Any, wanted: Any, source: str
) -> None:
    made = document("c/a", {} if held is GONE else {"f": held})
    results = transforms.apply(made.fields, [transform(kind, operand)], NOW)
    assert repr(plain(made.fields["f"])) == repr(wanted), source
    assert [repr(plain(result)) for result in results] == [repr(wanted)]


ARRAYS: list[tuple[str, Any, list[Any], list[Any]]] = [
    ("append_missing_elements", [1, 2], [2, 3, 3], [1, 2, 3]),
    ("append_missing_elements", [3], [3.0, NAN, NAN, None], [3, NAN, None]),
    ("append_missing_elements", GONE, [1], [1]),
    ("append_missing_elements", "text", [1], [1]),
    ("append_missing_elements", [{"a": 1}], [{"a": 1}, {"a": 2}], [{"a": 1}, {"a": 2}]),
    ("remove_all_from_array", [1, 2, 1, 1.0], [1], [2]),
    ("remove_all_from_array", [NAN, None, "a"], [NAN, None], ["a"]),
    ("remove_all_from_array", GONE, [1], []),
    ("remove_all_from_array", 5, [1], []),
]


@pytest.mark.parametrize(("kind", "held", "operand", "wanted"), ARRAYS)
def test_an_array_gains_or_loses_elements_and_reports_null(
    kind: str, held: Any, operand: list[Any], wanted: list[Any]
) -> None:
    """Source: google.firestore.v1 write.proto and Firestore documentation, Add data."""
    made = document("c/a", {} if held is GONE else {"f": held})
    results = transforms.apply(made.fields, [transform(kind, operand)], NOW)
    assert repr(plain(made.fields["f"])) == repr(wanted)
    assert results == [value(None)]


def test_the_request_time_is_one_for_all_fields_and_in_milliseconds() -> None:
    """Source: google.firestore.v1 write.proto, ServerValue.REQUEST_TIME."""
    made = document("c/a", {})
    both = [transform("set_to_server_value", 1, "f"), transform("set_to_server_value", 1, "g.h")]
    results = transforms.apply(made.fields, both, NOW)
    wanted = Time(1_700_000_000, 123_000_000)
    assert plain_fields(made.fields) == {"f": wanted, "g": {"h": wanted}}
    assert [plain(result) for result in results] == [wanted, wanted]


def test_transforms_of_one_field_are_applied_one_after_the_other() -> None:
    made = document("c/a", {"f": 1})
    steps = [transform("increment", 4), transform("maximum", 3), transform("increment", 1)]
    assert [plain(one) for one in transforms.apply(made.fields, steps, NOW)] == [5, 5, 6]
