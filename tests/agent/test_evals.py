"""The evaluation over the scripted model: what our code must hold against a bad one."""

import pytest

from tests.evals import cases, expecting, play
from tests.world import World

CASES = cases.load()


@pytest.mark.parametrize("case", CASES, ids=[case.name.replace(" ", "-") for case in CASES])
def test_a_case_goes_as_expected(world: World, case: cases.Case) -> None:
    played = play.play(world, case)
    assert expecting.failures(case.get("expect"), played, real=False) == []


def test_there_are_enough_cases_each_with_a_name_of_its_own() -> None:
    assert len(CASES) >= 40
    assert sum(case.hostile for case in CASES) >= 15
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize(
    "expect",
    [
        {"bubbles": ["Hi"]},
        {"contains": ["goodbye"]},
        {"never_contains": ["hello"]},
        {"silent": True},
        {"most_bubbles": 0},
        {"called": [["hand_to_human", {}]]},
        {"not_called": ["send_instagram_message"]},
        {"handed_off": True},
        {"contact": {"email": "x"}},
        {"alerts": 1},
        {"reactions": ["👍"]},
        {"requests": 2},
        {"model_saw": ["no such text"]},
        {"model_never_saw": ["<<hi>>"]},
    ],
)
def test_every_expectation_can_fail(world: World, expect: dict[str, object]) -> None:
    case = cases.Case("here", {"name": "x", "says": ["hi"], "script": ["hello"], "expect": expect})
    assert expecting.failures(expect, play.play(world, case), real=False)


def test_languages_are_told_apart() -> None:
    def spoken(text: str) -> list[str]:
        played = play.Played(
            sent=[text], calls=[], conversation={}, contact={}, reactions=[], alerts=[], asked=[]
        )
        return expecting.failures({"language": "de"}, played, real=True)

    assert spoken("Wir haben um acht Uhr geöffnet und freuen uns.") == []
    assert spoken("We are open at eight and look forward to you.") != []
