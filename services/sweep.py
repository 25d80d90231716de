"""Periodic repair: it only creates tasks, for whatever should have happened and did not."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from services.domain import schedule
from services.domain.documents import Query
from services.domain.instants import to_ms
from services.domain.schedule import Appointment
from services.ports import Clock, Documents, TaskQueue

_log = structlog.get_logger()

#: How late something may be before it is repaired.
GRACE = timedelta(seconds=30)
#: Repairs of one run; the next run finds the rest.
MOST_REPAIRS = 200


@dataclass(frozen=True, slots=True)
class Sweep:
    """Two small queries when there is nothing to do, however many conversations there are."""

    documents: Documents
    turns: TaskQueue
    deliveries: TaskQueue
    clock: Clock
    clock_margin_seconds: float

    def run(self, trace_id: str) -> dict[str, int]:
        """Ensure a task for every overdue thread; answers how many of each kind."""
        return {
            "turns": self._repair("due_at", self.turns, schedule.later, trace_id),
            "deliveries": self._repair(
                "deliver_due_at", self.deliveries, schedule.delivery_later, trace_id
            ),
        }

    def _repair(
        self,
        field: str,
        queue: TaskQueue,
        name: Callable[..., Appointment],
        trace_id: str,
    ) -> int:
        now = self.clock.now()
        overdue = self.documents.query(
            Query(
                "conversations",
                where=[(field, "<", to_ms(now - GRACE))],
                order=[(field, "ASCENDING")],
                limit=MOST_REPAIRS,
            )
        )
        for snapshot in overdue:
            appointment = name(
                snapshot.id, now, now, clock_margin_seconds=self.clock_margin_seconds
            )
            queue.ensure(appointment, {"thread_id": snapshot.id, "trace_id": trace_id})
        if overdue:
            _log.warning("repaired", what=field, count=len(overdue), trace_id=trace_id)
        return len(overdue)
