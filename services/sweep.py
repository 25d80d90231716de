"""Periodic repair: tasks for whatever should have happened and did not, and owners that are due.

It never changes a message or a claim: those belong to the runs that the tasks begin.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from services import ownership
from services.domain import schedule
from services.domain.conversation import Conversation
from services.domain.documents import Merge, Query, Snapshot, Update, Write
from services.domain.ids import digest
from services.domain.instants import to_ms
from services.domain.schedule import Appointment
from services.domain.states import Status
from services.live_settings import LiveSettings
from services.ports import Clock, Documents, Reads, TaskQueue

_log = structlog.get_logger()

#: How late something may be before it is repaired.
GRACE = timedelta(seconds=30)
#: Repairs of one run; the next run finds the rest.
MOST_REPAIRS = 200


@dataclass(frozen=True, slots=True)
class Sweep:
    """Four small queries when there is nothing to do, however many conversations there are."""

    documents: Documents
    turns: TaskQueue
    deliveries: TaskQueue
    settings: LiveSettings
    clock: Clock
    clock_margin_seconds: float

    def run(self, trace_id: str) -> dict[str, int]:
        """Ensure a task for every overdue thread; answers how many of each kind.

        Threads whose human's time is over go back to the bot, and a manager is told a second time
        of those that still wait for one.
        """
        return {
            "turns": self._repair("due_at", self.turns, schedule.later, trace_id),
            "deliveries": self._repair(
                "deliver_due_at", self.deliveries, schedule.delivery_later, trace_id
            ),
            "returned": self._each("owner_due_at", self._hand_back),
            "reminded": self._each("waiting_since", self._remind),
        }

    def _each(self, field: str, repair: Callable[[str], bool]) -> int:
        """Repair the threads whose instant has passed, one transaction each."""
        overdue = self._overdue(field, self.clock.now())
        return sum(repair(snapshot.id) for snapshot in overdue)

    def _hand_back(self, thread_id: str) -> bool:
        path, now = f"conversations/{thread_id}", self.clock.now()

        def work(reads: Reads) -> tuple[bool, Sequence[Write]]:
            thread = Conversation.from_doc(thread_id, reads.get(path)[0].fields or {})
            fields = ownership.returned(thread, now)
            return bool(fields), [Update(path, fields)] if fields else []

        return self.documents.transact(work)

    def _remind(self, thread_id: str) -> bool:
        """Nobody came: the manager is told once more, and the thread goes on waiting."""
        path, now = f"conversations/{thread_id}", self.clock.now()
        account_id = thread_id.partition("_")[0]
        minutes = self.settings.account(account_id).operation.waiting_alert_minutes

        def work(reads: Reads) -> tuple[bool, Sequence[Write]]:
            thread = Conversation.from_doc(thread_id, reads.get(path)[0].fields or {})
            since = thread.waiting_since
            if since is None or now < since + timedelta(minutes=minutes):
                return False, []
            name = digest("waiting", thread_id, thread.owner_epoch)
            alert = {
                "thread_id": thread_id,
                "account_id": account_id,
                "reason": "still_waiting",
                "text": f"Nobody has answered for {minutes:g} minutes.",
                "status": Status.QUEUED,
                "created_at": now,
            }
            told = Merge(f"manager_alerts/{name}", alert)
            return True, [told, Update(path, {"waiting_since": None})]

        return self.documents.transact(work)

    def _repair(
        self,
        field: str,
        queue: TaskQueue,
        name: Callable[..., Appointment],
        trace_id: str,
    ) -> int:
        now = self.clock.now()
        overdue = self._overdue(field, now - GRACE)
        for snapshot in overdue:
            appointment = name(
                snapshot.id, now, now, clock_margin_seconds=self.clock_margin_seconds
            )
            queue.ensure(appointment, {"thread_id": snapshot.id, "trace_id": trace_id})
        if overdue:
            _log.warning("repaired", what=field, count=len(overdue), trace_id=trace_id)
        return len(overdue)

    def _overdue(self, field: str, before: datetime) -> list[Snapshot]:
        return self.documents.query(
            Query(
                "conversations",
                where=[(field, "<", to_ms(before))],
                order=[(field, "ASCENDING")],
                limit=MOST_REPAIRS,
            )
        )
