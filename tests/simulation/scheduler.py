"""Requests that run one at a time: each is a greenlet, and the simulation says whose turn it is.

A runner hands back at every point where a real one could be overtaken: around each call to the
outside, in each pause, in each wait for a lock. Whoever holds the scheduler decides who goes on,
so that the same decisions give the same run. (Threads that pass a baton do the same, and spend
three quarters of a run passing it.)
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from greenlet import getcurrent, greenlet  # type: ignore[import-untyped]  # it has no stubs

from emulators.clock import SimClock


class Crashed(BaseException):
    """The instance died under a runner: it unwinds, and no call of it reaches the outside."""


@dataclass(eq=False, slots=True)
class Runner:
    """One request on its way through an instance."""

    label: str
    function: str
    work: Callable[[], Any]
    started_at: datetime
    wake_at: datetime
    points: int = 0  #: calls that it has made so far
    at: str = "start"  #: the point at which it stands
    ticket: Any = None  #: of a lock that it waits for
    dead: bool = False
    done: bool = False
    result: Any = None
    failure: BaseException | None = None
    stack: greenlet = field(init=False)

    def ready(self, now: datetime) -> bool:
        """Whether it can go on now."""
        if self.dead or (self.ticket is not None and self.ticket.done):
            return True
        return self.wake_at <= now


class Scheduler:
    """`current` is the runner whose turn it is, None while the simulation decides."""

    def __init__(self, clock: SimClock) -> None:
        self.clock = clock
        self.current: Runner | None = None
        self.runners: list[Runner] = []
        self._hub = getcurrent()

    def start(self, label: str, function: str, work: Callable[[], Any]) -> Runner:
        """A runner that begins at its first `resume`."""
        now = self.clock.now()
        runner = Runner(label, function, work, started_at=now, wake_at=now)
        runner.stack = greenlet(lambda: _live(runner), self._hub)
        self.runners.append(runner)
        return runner

    def resume(self, runner: Runner) -> None:
        """Let a runner go on until it hands back or ends."""
        self.current = runner
        runner.stack.switch()
        self.current = None
        if runner.done:
            self.runners.remove(runner)

    def switch(self, at: str, seconds: float = 0) -> None:
        """Called by a runner: hand back, for at least so long; raises `Crashed`."""
        runner = self.mine()
        runner.at = at
        runner.wake_at = self.clock.now() + timedelta(seconds=seconds)
        self._hand_back(runner)

    def wait(self, ticket: Any, longest_seconds: float) -> bool:
        """Called by a runner: wait for a lock; whether it came in time."""
        runner = self.mine()
        runner.at = "lock"
        runner.ticket = ticket
        runner.wake_at = self.clock.now() + timedelta(seconds=longest_seconds)
        self._hand_back(runner)
        runner.ticket = None
        return bool(ticket.done)

    def mine(self) -> Runner:
        """The runner whose turn it is; raises `Crashed` when its instance is dead."""
        assert self.current is not None
        if self.current.dead:
            raise Crashed
        return self.current

    def bury(self, runner: Runner) -> None:
        """Unwind a runner that was killed at the point where it stands."""
        runner.dead = True
        self.resume(runner)

    def next_at(self) -> datetime | None:
        """When the next runner can go on, if none can now."""
        return min((runner.wake_at for runner in self.runners), default=None)

    def abandon(self) -> None:
        """End every runner that is left."""
        while self.runners:
            self.bury(self.runners[0])

    def _hand_back(self, runner: Runner) -> None:
        self._hub.switch()
        if runner.dead:
            raise Crashed


def _live(runner: Runner) -> None:
    try:
        if not runner.dead:
            runner.result = runner.work()
    except BaseException as failure:  # noqa: BLE001 (kept: the simulation looks at it)
        runner.failure = failure
    runner.done = True
