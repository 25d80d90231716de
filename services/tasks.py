"""Later looks at threads: whoever leaves something undone sees to it that somebody comes back."""

from dataclasses import dataclass
from datetime import datetime

from services.domain import schedule
from services.ports import Clock, TaskQueue


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """Tasks of one queue, never under the name of one that may be running now.

    Each raises `Unavailable` when it is not sure that the task exists.
    """

    queue: TaskQueue
    clock: Clock
    clock_margin_seconds: float

    def soon(self, thread_id: str, trace_id: str) -> None:
        """A look as soon as may be."""
        self.at(thread_id, self.clock.now(), trace_id)

    def at(self, thread_id: str, wanted: datetime, trace_id: str) -> None:
        """A look at `wanted`, or as soon as may be after it."""
        margin = self.clock_margin_seconds
        look = schedule.later(thread_id, wanted, self.clock.now(), clock_margin_seconds=margin)
        self.queue.ensure(look, {"thread_id": thread_id, "trace_id": trace_id})

    def after_claim(self, thread_id: str, claim_id: str, until: datetime, trace_id: str) -> None:
        """One look once a live claim has ended by every clock, whoever asks and however often."""
        margin, now = self.clock_margin_seconds, self.clock.now()
        look = schedule.look_at_claim(thread_id, claim_id, until, now, clock_margin_seconds=margin)
        self.queue.ensure(look, {"thread_id": thread_id, "trace_id": trace_id})
