"""A text is English where it is logged, and whole again when it comes back from the store."""

from datetime import UTC, datetime

import pytest

from services.domain.text import Text, joined
from services.errors import Rejected

AT = datetime(2026, 11, 2, 9, 5, tzinfo=UTC)
NESTED = Text("%(what)s (error %(number)s).", what=Text("The file is too large"), number="100")


@pytest.mark.parametrize(
    ("text", "english"),
    [
        (Text("The note is empty."), "The note is empty."),
        (Text("At most %(most)s characters.", most=10_000), "At most 10,000 characters."),
        (Text("Between %(low)s and %(high)s.", low=0.5, high=300), "Between 0.5 and 300."),
        (
            Text("The last message came %(at)s.", at=AT),
            "The last message came 2026-11-02 09:05 UTC.",
        ),
        (NESTED, "The file is too large (error 100)."),
        (joined(NESTED, Text("Try again.")), "The file is too large (error 100). Try again."),
        (Text("100% of it, and no %(hole)s"), "100% of it, and no %(hole)s"),
        (Text("It says %(words)s.", words="%(words)s %d 5%"), "It says %(words)s %d 5%."),
    ],
)
def test_it_is_spelt_in_english(text: Text, english: str) -> None:
    assert str(text) == english
    assert str(Rejected(text)) == english


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        (Text("The note is empty."), "The note is empty."),
        (
            NESTED,
            {
                "msgid": "%(what)s (error %(number)s).",
                "params": {
                    "what": {"msgid": "The file is too large", "params": {}},
                    "number": "100",
                },
            },
        ),
        (
            Text("The last message came %(at)s.", at=AT),
            {"msgid": "The last message came %(at)s.", "params": {"at": AT}},
        ),
    ],
)
def test_the_store_keeps_the_text_and_its_parameters(text: Text, stored: object) -> None:
    assert text.stored() == stored
    assert Text.of(stored) == text


def test_what_was_stored_as_a_sentence_stays_one() -> None:
    assert Text.of("Instagram did not answer (timeout).") == Text(
        "Instagram did not answer (timeout)."
    )
    assert Text.of(None) is Text.of("") is None
