"""Limits of documents and requests: the last that is taken, the first that is refused."""

from typing import Any

import grpc
import pytest

from emulators.firestore import limits
from emulators.firestore.messages import Document
from emulators.firestore.values import size_of
from emulators.refused import Refused
from tests.emulators.firestore.pure.making import Point, Time, Vector, document, value

LIMITS = "Firestore documentation, Usage and limits"
PROTO = "google.firestore.v1 document.proto"


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
    (document("c/a", {"f": "x" * 1_048_488}), "is longer than 1048487 bytes", LIMITS),
    (document("c/a", {"f": "x" * 700_000, "g": b"x" * 700_000}), "exceeds the maximum", LIMITS),
    (document("c/a", {"f": nested(21)}), "exceeds the maximum depth of 20", LIMITS),
    (document("c/a", {"f": [nested(20)]}), "exceeds the maximum depth of 20", LIMITS),
    (document("c/a", {"": 1}), "cannot be the empty string", LIMITS),
    (document("c/a", {"__x__": 1}), "is reserved", LIMITS),
    (document("c/a", {"m": {"__x__": 1}}), "is reserved", LIMITS),
    (document("c/a", {"ä" * 751: 1}), "longer than 1500 bytes", LIMITS),
    (document("c/a", {"f": [[1]]}), "invalid nested entity", PROTO),
    (document("c/a", {"f": [{"m": [[1]]}]}), "invalid nested entity", PROTO),
    (document("c/a", {"f": Vector((1.0,) * 2049)}), "1 to 2048 dimensions", LIMITS),
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
        limits.check_document(made)
    assert refused.value.code is grpc.StatusCode.INVALID_ARGUMENT
    assert said in refused.value.message, source


def test_a_document_may_have_exactly_one_mebibyte() -> None:
    """Source: Firestore documentation, Usage and limits."""
    made = document("c/a", {"f": b"x" * 500_000, "g": ""})
    made.fields["g"].string_value = "x" * (1_048_576 - size_of(made))
    limits.check_document(made)
    made.fields["g"].string_value += "x"
    with pytest.raises(Refused, match="1,048,577 bytes"):
        limits.check_document(made)


def test_documents_within_the_limits_are_taken() -> None:
    deep = {"f": nested(20), "__": 1, "__x": 1, "ä" * 750: [{"a": [1]}], "v": Vector((1.0, 2.0))}
    limits.check_document(document("c/a", deep))


def test_many_small_values_count_by_their_documented_size() -> None:
    """Zeros take four bytes on the wire and eight in storage."""
    with pytest.raises(Refused, match="exceeds the maximum allowed size"):
        limits.check_document(document("c/a", {"f": [0] * 131_100}))


def test_a_request_has_ten_mebibytes_at_most() -> None:
    limits.check_request(10 * 1024 * 1024)
    with pytest.raises(Refused, match="payload size exceeds the limit"):
        limits.check_request(10 * 1024 * 1024 + 1)


def test_one_document_has_five_hundred_transforms_at_most() -> None:
    limits.check_transforms([value(1)] * 500)
    with pytest.raises(Refused, match="more than 500 field transforms"):
        limits.check_transforms([value(1)] * 501)
