"""Many seeds on all cores, and what they met."""

import gc
import multiprocessing
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.simulation.run import Case, run

#: Cases that a process takes at a time.
_CHUNK = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search keeps of a run; small, because it crosses processes."""

    case: Case
    violation: str
    met: Counter[str]
    decisions: int


@dataclass(slots=True)
class Report:
    """The sum of a search."""

    runs: int = 0
    decisions: int = 0
    met: Counter[str] = field(default_factory=Counter)
    failed: list[Outcome] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Count a run in."""
        self.runs += 1
        self.decisions += outcome.decisions
        self.met += outcome.met
        if outcome.violation:
            self.failed.append(outcome)


def play(case: Case) -> Outcome:
    """One run, without its story."""
    result = run(case)
    return Outcome(case, result.violation, result.met, result.decisions)


def outcomes(cases: Sequence[Case]) -> Iterator[Outcome]:
    """Every case on every core, in the order of the cases."""
    cores = os.cpu_count() or 1
    if cores == 1 or len(cases) == 1:
        yield from map(play, cases)
        return
    # Each run begins by clearing up after the one before: nobody else has to look for garbage.
    with multiprocessing.get_context("fork").Pool(cores, initializer=gc.disable) as pool:
        yield from pool.imap(play, cases, chunksize=_CHUNK)
