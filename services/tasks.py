"""Later looks: whoever leaves something undone sees to it that somebody comes back."""

from dataclasses import dataclass
from datetime import datetime

from services.domain import schedule
from services.domain.task import Kind, Task
from services.ports import Clock, TaskQueue


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadTasks:
    """Tasks of one kind, never under the name of one that may be running now.

    Each is about a thread, or about an account where the kind is. Raises `Unavailable` when it is
    not sure that the task exists.
    """

    queue: TaskQueue
    kind: Kind
    clock: Clock
    clock_margin_seconds: float

    def soon(self, about: str, trace_id: str) -> None:
        """A look as soon as may be."""
        self.at(about, self.clock.now(), trace_id)

    def at(self, about: str, wanted: datetime, trace_id: str) -> None:
        """A look at `wanted`, or as soon as may be after it."""
        margin = self.clock_margin_seconds
        look = schedule.later(about, wanted, self.clock.now(), clock_margin_seconds=margin)
        self.queue.ensure(look, Task(self.kind, about, trace_id).body())

    def after_claim(self, thread_id: str, claim_id: str, until: datetime, trace_id: str) -> None:
        """One look once a live claim has ended by every clock, whoever asks and however often."""
        margin, now = self.clock_margin_seconds, self.clock.now()
        look = schedule.look_at_claim(thread_id, claim_id, until, now, clock_margin_seconds=margin)
        self.queue.ensure(look, Task(self.kind, thread_id, trace_id).body())
