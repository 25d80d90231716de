"""The simulator in the everyday tests: a hundred seeds, and one known killer for each mutant."""

import pytest

from tests.simulation.run import Case, run

#: Seeds of one test: few enough that a failing one is found soon.
_AT_A_TIME = 10


@pytest.mark.parametrize("first", range(0, 100, _AT_A_TIME))
def test_every_promise_holds_whatever_the_seed(first: int) -> None:
    for seed in range(first, first + _AT_A_TIME):
        result = run(Case(seed))
        assert not result.violation, f"{result.violation}\nAgain: ./dev sim --seed {seed} --shrink"


def test_a_seed_plays_the_same_story_every_time() -> None:
    assert run(Case(3)).story() == run(Case(3)).story()


#: A seed that kills each mutant; `./dev sim --mutants` finds others when a change moves them.
KILLERS = {
    "R2 tasks named by the thread alone": 0,
    "R4 attempts are not counted": 6,
    "R5 finish ignores the epoch": 2,
    "R5 delivery ignores the epoch": 0,
    "R6 a redelivery resets its message": 0,
    "R12 a claim is not respected": 0,
}


@pytest.mark.parametrize("mutant", KILLERS)
def test_a_deliberate_bug_is_caught(mutant: str) -> None:
    assert run(Case(KILLERS[mutant], mutant=mutant)).violation
