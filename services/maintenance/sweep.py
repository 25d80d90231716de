"""Periodic repair: tasks for whatever should have happened and did not, and waits that are over.

It never changes a message or a claim: those belong to the runs that the tasks begin. What merely
grows old is not its business: Firestore's TTL deletes it, and readers leave it out before.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from services.domain import paths
from services.domain.conversation import Conversation
from services.domain.documents import Query, Snapshot, Write
from services.domain.instants import to_ms
from services.errors import Contention
from services.maintenance import waits
from services.ports import Clock, Documents, Reads
from services.store.live_settings import SettingsCache
from services.tasks import ThreadTasks

_log = structlog.get_logger()

#: How late something may be before it is repaired.
GRACE = timedelta(seconds=30)
#: Repairs of one kind in one run; the next run finds the rest, the oldest first.
MOST_REPAIRS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """Five small queries when there is nothing to do, however many conversations there are."""

    documents: Documents
    turns: ThreadTasks
    deliveries: ThreadTasks
    settings: SettingsCache
    clock: Clock

    def run(self, trace_id: str) -> dict[str, int]:
        """Repair every overdue thread once; answers how many of each kind.

        Tasks for turns and deliveries (of which so many hold a bubble of unknown fate); threads
        whose human's time is over go back to the bot; what was put off is open again; and a
        manager is told a second time of those that still wait for a human.
        """
        now = self.clock.now()
        turns = self._overdue("due_at", to_ms(now - GRACE))
        lines = self._overdue("deliver_due_at", to_ms(now - GRACE))
        for snapshot in turns:
            self.turns.soon(snapshot.id, trace_id)
        for snapshot in lines:
            self.deliveries.soon(snapshot.id, trace_id)
        late = {
            "turns": len(turns),
            "deliveries": len(lines),
            "unconfirmed": sum(_unconfirmed(snapshot) for snapshot in lines),
        }
        if any(late.values()):  # an alert policy looks for this line
            _log.warning("repaired", trace_id=trace_id, **late)
        over = {
            "returned": self._each("owner_due_at", to_ms(now), waits.returned),
            "reopened": self._each("scheduled_until", now - GRACE, self._reopened),
            "reminded": self._each("remind_at", to_ms(now), waits.reminded),
        }
        if any(over.values()):
            _log.info("waits_over", trace_id=trace_id, **over)
        return {**late, **over}

    def _each(
        self,
        field: str,
        before: int | datetime,
        over: Callable[[Conversation, datetime], Sequence[Write]],
    ) -> int:
        """Write what is `over`, one transaction a thread; answers for how many there was it."""
        return sum(self._one(snapshot.id, over) for snapshot in self._overdue(field, before))

    def _one(
        self, thread_id: str, over: Callable[[Conversation, datetime], Sequence[Write]]
    ) -> bool:
        path = paths.conversation(thread_id)

        def work(reads: Reads) -> tuple[bool, Sequence[Write]]:
            thread = Conversation.from_doc(thread_id, reads.get(path)[0].fields or {})
            writes = over(thread, self.clock.now())
            return bool(writes), writes

        try:
            return self.documents.transact(work)
        except Contention:
            return False  # somebody is writing in it right now: the next run looks again
        except (KeyError, TypeError, ValueError):
            # One document that cannot be read must not keep the sweep from all the others.
            _log.exception("thread_not_repaired", thread_id=thread_id)
            return False

    def _reopened(self, thread: Conversation, now: datetime) -> Sequence[Write]:
        operation = self.settings.account(thread.account_id).operation
        return waits.reopened(thread, now, operation)

    def _overdue(self, field: str, before: int | datetime) -> list[Snapshot]:
        return self.documents.query(
            Query(
                paths.CONVERSATIONS,
                where=[(field, "<=", before)],
                order=[(field, "ASCENDING")],
                limit=MOST_REPAIRS,
            )
        )


def _unconfirmed(line: Snapshot) -> bool:
    """Whether nobody settled the line's head in time: the delivery gives it to a person."""
    return bool(((line.fields or {}).get("sending") or {}).get("unconfirmed"))
