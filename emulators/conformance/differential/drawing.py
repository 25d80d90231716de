"""Draws sequences, for a run that looks for one that differs and for a sample to keep."""

from collections.abc import Callable
from dataclasses import dataclass

import hypothesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import FlakyFailure

from emulators.conformance.differential.compare import Difference
from emulators.conformance.differential.sequences import sequences
from emulators.conformance.differential.sides import Sides
from emulators.conformance.differential.values import Drawn
from emulators.conformance.differential.wire import Json


@dataclass(slots=True)
class Differs(Exception):
    """Two answers to the last of these operations differ, and no row of the table says why."""

    operations: list[Json]
    found: Difference


def explore(both: Sides, most: int, seed: int, told: Callable[[], None]) -> Differs | None:
    """Play so many drawn sequences; the smallest found that differs, or None.

    `told` is called after each sequence. A difference that does not come again is given as it was
    when it came.
    """
    seen: list[Differs] = []

    def compare(operations: list[Json]) -> None:
        found = both.difference(operations)
        told()
        if found is not None:
            seen.append(Differs(operations[: found.place + 1], found))
            raise seen[-1]

    try:
        _each(compare, sequences, most, seed, Phase.generate, Phase.shrink)
    except Differs as smallest:
        return smallest
    except FlakyFailure:
        return seen[0]
    return None


def draw(drawn: Drawn, number: int, seed: int) -> list[list[Json]]:
    """So many sequences; the same for the same seed."""
    found: list[list[Json]] = []

    def keep(operations: list[Json]) -> None:
        found.append(operations)

    _each(keep, drawn, number, seed, Phase.generate)
    return found


def _each(
    use: Callable[[list[Json]], None], drawn: Drawn, most: int, seed: int, *phases: Phase
) -> None:
    # Nothing is kept between runs: the seed says it all.
    options = settings(
        max_examples=most,
        deadline=None,
        database=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
    )
    hypothesis.seed(seed)(options(given(drawn)(use)))()
