"""Every rule of the protocol names where it is kept, how it is broken, and what shows that."""

import re

import pytest

from deploy.wanted import ROOT
from tests.docs.naming import asserts
from tests.simulation.mutants import MUTANTS

_PAGE = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
#: Heading → what stands under it.
_SECTIONS = {
    section.partition("\n")[0]: section.partition("\n")[2] for section in _PAGE.split("\n## ")[1:]
}
_RULES = {title: text for title, text in _SECTIONS.items() if re.match(r"R\d+\. ", title)}
#: Files whose every test was once a broken promise.
_STORIES = ("tests/simulation/test_schedules.py", "tests/simulation/test_found.py")


def _named(text: str, label: str) -> list[str]:
    """What stands in backticks in the paragraph of a label."""
    lines = re.search(rf"^- \*\*{label}\*\* (.*?)(?=^- |^$|\Z)", text, re.DOTALL | re.MULTILINE)
    return re.findall(r"`([^`]+)`", " ".join(lines[1].split())) if lines else []


def test_the_rules_are_twelve() -> None:
    """In their order."""
    assert [title.partition(".")[0] for title in _RULES] == [f"R{n}" for n in range(1, 13)]


@pytest.mark.parametrize("title", _RULES)
def test_a_rule_names_its_places_its_mutants_and_its_tests(title: str) -> None:
    """All of them exist, and a mutant that bears a rule's number stands under that rule."""
    text, number = _RULES[title], title.partition(".")[0]
    places, tests = _named(text, "Kept in"), _named(text, "Tests")
    assert places
    assert [place for place in places if not (ROOT / place).is_file()] == []
    assert tests
    assert [test for test in tests if not asserts(test)] == []
    assert {m for m in MUTANTS if m.startswith(f"{number} ")} <= set(_named(text, "Mutants"))


def test_every_mutant_is_named_and_no_other() -> None:
    """Under a rule, or under what is promised beside the rules."""
    named = [mutant for text in _SECTIONS.values() for mutant in _named(text, "Mutants")]
    assert sorted(named) == sorted(MUTANTS)


@pytest.mark.parametrize("file", _STORIES)
def test_every_schedule_that_once_broke_a_promise_is_named(file: str) -> None:
    """So that nobody takes it away without reading which promise it keeps."""
    tests = re.findall(r"^def (test_\w+)", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)
    assert [test for test in tests if f"`{file}::{test}`" not in _PAGE] == []
