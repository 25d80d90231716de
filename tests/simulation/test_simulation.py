"""The simulator in the everyday tests: a hundred seeds, and one known killer for each mutant."""

import functools
from collections import Counter

import pytest

from tests.simulation.coverage import missing
from tests.simulation.mutants import MUTANTS
from tests.simulation.run import Case, run

SEEDS = 100

#: Seeds of one test: few enough that a failing one is found soon.
_AT_A_TIME = 10


@functools.cache
def met(first: int) -> Counter[str]:
    """What ten seeds met, all their promises kept; played once in a process."""
    counted: Counter[str] = Counter()
    for seed in range(first, first + _AT_A_TIME):
        result = run(Case(seed))
        assert not result.violation, f"{result.violation}\nAgain: ./dev sim --seed {seed} --shrink"
        counted += result.met
    return counted


@pytest.mark.parametrize("first", range(0, SEEDS, _AT_A_TIME))
def test_every_promise_holds_whatever_the_seed(first: int) -> None:
    met(first)


def test_the_seeds_met_every_kind_of_fault_and_died_at_every_call() -> None:
    counted = sum((met(first) for first in range(0, SEEDS, _AT_A_TIME)), Counter())
    assert missing(counted) == []


def test_a_seed_plays_the_same_story_every_time() -> None:
    assert run(Case(3)).story() == run(Case(3)).story()


#: Seeds that kill each mutant, the first is enough: a change of the product moves some of them, and
#: `./dev sim --mutants` finds others.
KILLERS = {
    "R1 no second task after a late commit": (86, 88),
    "R2 tasks named by the thread alone": (0, 1, 2),
    "R3 neither a look nor a follow-up": (2, 11, 15),
    "R3 nobody is told of queued replies": (0, 2, 4),
    "R4 attempts are not counted": (9, 12, 15),
    "R5 finish ignores the epoch": (20, 37, 43),
    "R5 delivery ignores the epoch": (9, 13, 14),
    "R6 a redelivery resets its message": (0, 1, 2),
    "R7 nothing says when a turn is due": (21, 118),
    "R8 an ambiguous send is repeated": (7, 8, 11),
    "R8 an expired hold is queued again": (15, 21, 37),
    "R8 an unconfirmed bubble holds nothing": (1, 4, 7),
    "R9 undecided echoes are forgotten": (10, 22, 25),
    "R9 an early echo is taken for a human's": (0, 1, 11),
    "R10 a block of slots is leased twice": (1, 8, 10),
    "R10 a late slot is used": (0, 1, 2),
    "R10 a slot is used before its time": (15, 23, 24),
    "R11 STOP is not noticed": (14, 29, 31),
    "R12 a claim is not respected": (0, 1, 2),
    "R12 finish without the fence": (25, 43, 90),
    "only the newest message is read": (0, 1, 2),
    "edits and unsends are forgotten": (0, 2, 3),
    "a bubble goes out after the window": (15, 49, 53),
    "who waits for a human is answered": (6, 28, 92),
    "the cooldown is not kept": (4, 21, 24),
}


def test_every_mutant_has_a_killer() -> None:
    assert list(KILLERS) == list(MUTANTS)


@pytest.mark.parametrize("mutant", KILLERS)
def test_a_deliberate_bug_is_caught(mutant: str) -> None:
    assert any(run(Case(seed, mutant=mutant)).violation for seed in KILLERS[mutant])
