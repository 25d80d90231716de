"""Google's own retries sleep and roll dice: inside a run, with the run's clock and seed."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from google.api_core.retry import retry_base, retry_streaming, retry_unary

from tests.simulation.chance import Chance
from tests.simulation.scheduler import Scheduler


class _Time:
    """What Google's retries ask of the module `time`."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler

    def monotonic(self) -> float:
        return self._scheduler.clock.now().timestamp()

    def sleep(self, seconds: float) -> None:
        if self._scheduler.current is not None:
            self._scheduler.switch("retry", seconds)


class _Random:
    """What they ask of the module `random`."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._count = 0

    def uniform(self, low: float, high: float) -> float:
        self._count += 1
        return self._chance.between(low, high, "retry", self._count)


@contextmanager
def googles_retries(scheduler: Scheduler, chance: Chance) -> Iterator[None]:
    """Inside the block no retry of Google's libraries takes real time."""
    timed: list[Any] = [retry_base, retry_streaming, retry_unary]
    try:
        for module in timed:
            module.time = _Time(scheduler)
        retry_base.random = _Random(chance)  # type: ignore[assignment,attr-defined]  # as much as is used
        yield
    finally:
        for module in timed:
            module.time = time
        retry_base.random = random  # type: ignore[attr-defined]  # it imports the module
