"""Field transforms that no document can undergo."""

import grpc
import pytest

from emulators.firestore import transform_checks
from emulators.firestore.messages import FieldTransform
from emulators.refused import Refused
from tests.emulators.firestore.pure.test_transforms import transform


@pytest.mark.parametrize(
    "malformed",
    [
        transform("increment", "1"),
        transform("maximum", None),
        transform("minimum", [1]),
        transform("set_to_server_value", 0),
        transform("increment", 1, "a..b"),
        transform("increment", 1, "__name__"),
        FieldTransform(field_path="f"),
    ],
)
def test_a_malformed_transform_is_an_invalid_argument(malformed: FieldTransform) -> None:
    with pytest.raises(Refused) as refused:
        transform_checks.check([malformed])
    assert refused.value.code is grpc.StatusCode.INVALID_ARGUMENT


def test_a_field_and_what_lies_in_it_are_not_transformed_together() -> None:
    """Source: Google's emulator."""
    transform_checks.check([transform("increment", 1, path) for path in ("a.b", "a.c", "a.b")])
    with pytest.raises(Refused, match="a and its nested property"):
        transform_checks.check([transform("increment", 1, path) for path in ("a.b", "c", "a")])


def test_one_document_has_five_hundred_transforms_at_most() -> None:
    """Source: Firestore documentation, Usage and limits."""
    many = [transform("increment", 1, f"f{number}") for number in range(501)]
    transform_checks.check(many[:500])
    with pytest.raises(Refused, match="more than 500 field transforms"):
        transform_checks.check(many)
