"""The types of a signature, as JSON: what is declared is what is read."""

from datetime import UTC, datetime
from typing import Any, Literal, Optional

import pytest

from services.domain.json_types import LONGEST, needed, parameters, read, schema

Choice = Literal["a", "b"]


@pytest.mark.parametrize(
    ("wanted", "sent", "found"),
    [
        (str, "x", "x"),
        (int, 3, 3),
        (int, 3.0, 3),
        (float, 3, 3),
        (bool, True, True),
        (Choice, "b", "b"),
        (str | None, None, None),
        (Optional[Choice], "a", "a"),  # noqa: UP045 (what a Literal with None is at run time)
        (list[int], [1, 2], [1, 2]),
        (dict[str, str], {"x": "y"}, {"x": "y"}),
        (datetime, "2026-11-02T10:00:00+01:00", datetime(2026, 11, 2, 9, tzinfo=UTC)),
    ],
)
def test_what_is_of_its_type_is_read(wanted: Any, sent: Any, found: Any) -> None:
    assert read(sent, wanted) == found


@pytest.mark.parametrize(
    ("wanted", "sent"),
    [
        (str, 1),
        (str, None),
        (str, "x" * (LONGEST + 1)),
        (int, True),
        (int, 1.5),
        (int, "1"),
        (float, False),
        (bool, 1),
        (Choice, "c"),
        (Choice, []),
        (int | None, "1"),
        (list[int], {}),
        (list[int], ["1"]),
        (dict[str, str], []),
        (datetime, "2026-11-02T10:00:00"),
    ],
)
def test_what_is_not_is_refused_with_a_sentence(wanted: Any, sent: Any) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        read(sent, wanted)


def test_a_signature_is_a_schema() -> None:
    def route(text: str, *, choice: Choice | None = None, at: list[datetime]) -> None:
        """Nothing."""

    found = parameters(route)
    assert needed(found.values()) == ["text", "at"]
    assert {name: schema(p.annotation) for name, p in found.items()} == {
        "text": {"type": "string"},
        "choice": {"type": ["string", "null"], "enum": ["a", "b"]},
        "at": {"type": "array", "items": {"type": "string", "format": "date-time"}},
    }
