"""Whatever somebody writes, looking for personal data in it takes a time in proportion."""

from collections.abc import Callable

import pytest

from services.agent.export import Sanitiser
from services.agent.guards import Guard
from services.agent.personal_data import EMAIL
from services.agent.trace import redacted

GUARD = Guard(canary="ref-1", tool_names=(), link_hosts=frozenset(), own="", said="")
#: With a pattern that begins anywhere, the first of these takes a quarter of a minute.
RUNS = ["a" * 50_000, "1" * 50_000, "a@" + "-" * 50_000, "a." * 25_000, "+1 (" * 12_500]


@pytest.mark.parametrize(
    "look",
    [Sanitiser(["Ana"], "").value, redacted, GUARD.objection],
    ids=["export", "trace", "guard"],
)
@pytest.mark.parametrize("text", RUNS, ids=["letters", "digits", "dashes", "dots", "brackets"])
def test_a_long_run_of_characters_is_looked_through_at_once(
    look: Callable[[str], object], text: str
) -> None:
    look(text)  # returns


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("mail ann.b+x@home.example.org, please", ["ann.b+x@home.example.org"]),
        ("an@b, @ann, a@b.", []),
        ("one@a.example two@b.example", ["one@a.example", "two@b.example"]),
    ],
)
def test_an_address_is_found_whole(text: str, found: list[str]) -> None:
    assert EMAIL.findall(text) == found
