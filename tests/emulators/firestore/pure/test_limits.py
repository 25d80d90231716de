"""Limits of documents and requests: the last that is taken, the first that is refused."""

import pytest

from emulators.firestore import limits
from emulators.firestore.values import size_of
from emulators.refused import Refused
from tests.emulators.firestore.pure.making import document


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"f": "x" * 1_048_488}, "is longer than 1048487 bytes"),
        ({"f": "x" * 700_000, "g": b"x" * 700_000}, "exceeds the maximum"),
    ],
)
def test_too_much_for_a_document_is_an_invalid_argument(
    fields: dict[str, object], said: str
) -> None:
    """Source: Firestore documentation, Usage and limits."""
    with pytest.raises(Refused, match=said):
        limits.check_document(document("c/a", fields))


def test_a_document_may_have_exactly_one_mebibyte() -> None:
    """Source: Firestore documentation, Usage and limits."""
    made = document("c/a", {"f": b"x" * 500_000, "g": ""})
    made.fields["g"].string_value = "x" * (1_048_576 - size_of(made))
    limits.check_document(made)
    made.fields["g"].string_value += "x"
    with pytest.raises(Refused, match="1,048,577 bytes"):
        limits.check_document(made)


def test_many_small_values_count_by_their_documented_size() -> None:
    """Zeros take four bytes on the wire and eight in storage."""
    with pytest.raises(Refused, match="exceeds the maximum allowed size"):
        limits.check_document(document("c/a", {"f": [0] * 131_100}))


def test_a_request_has_ten_mebibytes_at_most() -> None:
    limits.check_request(10 * 1024 * 1024)
    with pytest.raises(Refused, match="payload size exceeds the limit"):
        limits.check_request(10 * 1024 * 1024 + 1)
