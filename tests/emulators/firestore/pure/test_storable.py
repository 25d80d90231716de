"""Which fields a document may hold: the last that is taken, the first that is refused."""

from typing import Any

import grpc
import pytest

from emulators.firestore import storable
from emulators.firestore.messages import Document
from emulators.refused import Refused
from tests.emulators.firestore.pure.making import (
    Point,
    Time,
    Vector,
    document,
    plain_fields,
    value,
)

LIMITS = "Firestore documentation, Usage and limits"
PROTO = "google.firestore.v1 document.proto"
EMULATOR = "Google's emulator"


def nested(depth: int) -> Any:
    inner: Any = 1
    for _ in range(depth):
        inner = {"m": inner}
    return inner


def bare_reference() -> Document:
    made = document("c/a", {})
    made.fields["f"].reference_value = "elsewhere"
    return made


REFUSED: list[tuple[Document, str, str]] = [
    (document("c/a", {"f": nested(21)}), "exceeds the maximum depth of 20", LIMITS),
    (document("c/a", {"f": [nested(20)]}), "exceeds the maximum depth of 20", LIMITS),
    (document("c/a", {"": 1}), "is the empty string", LIMITS),
    (document("c/a", {"__x__": 1}), "is reserved", LIMITS),
    (document("c/a", {"m": {"__x__": 1}}), "is reserved", LIMITS),
    (document("c/a", {"ä" * 751: 1}), "longer than 1500 bytes", LIMITS),
    (document("c/a", {"f": [[1]]}), "array value in an array value", PROTO),
    (document("c/a", {"f": [{"m": [[1]]}]}), "array value in an array value", PROTO),
    (document("c/a", {"m": {"ä" * 750: 1}}), "longer than 1500 bytes", LIMITS),
    (document("c/a", {"f": Vector((1.0,) * 2049)}), "1 to 2048 dimensions", LIMITS),
    (document("c/a", {"f": Vector((1,))}), "only contain values of type 'double'", EMULATOR),
    (document("c/a", {"f": Vector((float("nan"),))}), "cannot contain NaN", EMULATOR),
    (document("c/a", {"f": [Vector((1.0,))]}), "a vector value in an array value", EMULATOR),
    (document("c/a", {"f": Vector(())}), "1 to 2048 dimensions", LIMITS),
    (document("c/a", {"f": Point(90.5, 0)}), "latitude", PROTO),
    (document("c/a", {"f": Point(0, -181)}), "longitude", PROTO),
    (document("c/a", {"f": Time(253_402_300_800)}), "years 1 to 9999", PROTO),
    (bare_reference(), 'lacks "projects" at index 0', PROTO),
]


@pytest.mark.parametrize(("made", "said", "source"), REFUSED)
def test_a_document_beyond_a_limit_is_an_invalid_argument(
    made: Document, said: str, source: str
) -> None:
    with pytest.raises(Refused) as refused:
        storable.check_fields(made.fields)
    assert refused.value.code is grpc.StatusCode.INVALID_ARGUMENT
    assert said in refused.value.message, source


def test_fields_within_the_limits_are_taken() -> None:
    deep = {"f": nested(20), "__": 1, "__x": 1, "ä" * 750: [1], "v": Vector((1.0, 2.0))}
    storable.check_fields(document("c/a", deep).fields)


def test_a_timestamp_is_rounded_down_to_the_microsecond() -> None:
    """Source: google.firestore.v1 document.proto, Value.timestamp_value."""
    made = document("c/a", {"f": Time(1, 1_999), "g": [{"h": Time(-1, 999_999_999)}]})
    storable.check_fields(made.fields)
    assert plain_fields(made.fields) == {"f": Time(1, 1_000), "g": [{"h": Time(-1, 999_999_000)}]}


@pytest.mark.parametrize("asked", [[[1]], {"": 1}, nested(25), Time(1, 1), "x" * 2000])
def test_what_no_document_holds_may_be_asked_for(asked: Any) -> None:
    held = value(asked)
    storable.check_operand(held)
    assert held == value(asked)
