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
    "R1 no second task after a late commit": 136,
    "R2 tasks named by the thread alone": 0,
    "R3 neither a look nor a follow-up": 30,
    "R4 attempts are not counted": 6,
    "R5 finish ignores the epoch": 2,
    "R5 delivery ignores the epoch": 0,
    "R6 a redelivery resets its message": 0,
    "R7 nothing says when a turn is due": 1,
    "R8 an ambiguous send is repeated": 11,
    "R8 an expired hold is queued again": 17,
    "R9 an early echo is taken for a human's": 0,
    "R11 STOP is not noticed": 1,
    "R12 a claim is not respected": 0,
    "R12 finish without the fence": 2,
    "the cooldown is not kept": 3,
}


@pytest.mark.parametrize("mutant", KILLERS)
def test_a_deliberate_bug_is_caught(mutant: str) -> None:
    assert run(Case(KILLERS[mutant], mutant=mutant)).violation
