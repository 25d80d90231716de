"""A failing run made small: actions and faults are taken out while it still fails alike."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from tests.simulation.run import Case, Result, run

T = TypeVar("T")


def shrunk(case: Case, most_runs: int = 150) -> Result:
    """The smallest failing case that was found within so many runs."""
    shrinking = _Shrinking(run(case), most_runs)
    shrinking.faults()
    shrinking.actions()
    shrinking.faults()
    return shrinking.best


class _Shrinking:
    def __init__(self, failing: Result, most_runs: int) -> None:
        self.best = failing
        self._left = most_runs

    def faults(self) -> None:
        """Take faults out."""
        self._without(
            sorted(set(self.best.faults)),
            lambda case, gone: replace(case, without_faults=case.without_faults | set(gone)),
        )

    def actions(self) -> None:
        """Take actions out of the plan."""
        numbers = set(range(self.best.case.steps)) - self.best.case.without_actions
        self._without(
            sorted(numbers, reverse=True),
            lambda case, gone: replace(case, without_actions=case.without_actions | set(gone)),
        )

    def _without(self, parts: Sequence[T], drop: Callable[[Case, Sequence[T]], Case]) -> None:
        size = len(parts)
        while size >= 1 and self._left > 0:
            for start in range(0, len(parts), size):
                self._try(drop(self.best.case, parts[start : start + size]))
            size //= 2

    def _try(self, case: Case) -> None:
        if self._left <= 0 or case == self.best.case:
            return
        self._left -= 1
        result = run(case)
        if _alike(result.violation) == _alike(self.best.violation):
            self.best = result


def _alike(violation: str) -> str:
    """A violation without its names and numbers."""
    return "".join(c for c in violation if c.isalpha() or c == " ")[:24] if violation else ""
