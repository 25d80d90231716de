"""Answering once more what was given up."""

from collections.abc import Sequence
from dataclasses import dataclass

from services import audit
from services.domain import schedule
from services.domain.documents import SERVER_TIME, Update, Write
from services.domain.instants import to_ms
from services.domain.states import Direction, Status
from services.errors import Rejected
from services.lines import DELIVERY_GRACE
from services.office.access import Operator
from services.ports import Clock, Documents, Ids, Reads, TaskQueue


@dataclass(frozen=True, slots=True)
class OfficeAgain:
    """Gives a message that was given up to a turn again."""

    documents: Documents
    turns: TaskQueue
    clock: Clock
    ids: Ids
    clock_margin_seconds: float

    def answer(self, thread_id: str, message_id: str, by: Operator) -> None:
        """The message waits for a turn as if it had just come. Raises `Rejected`."""
        path = f"conversations/{thread_id}/messages/{message_id}"
        now, entry_id = self.clock.now(), self.ids.new()

        def work(reads: Reads) -> tuple[None, Sequence[Write]]:
            (stored,) = reads.get(path)
            fields = stored.fields or {}
            given_up = fields.get("status") == Status.FAILED
            if fields.get("direction") != Direction.INBOUND or not given_up:
                raise Rejected("There is no such message that was given up.")
            waits = {"status": Status.PENDING, "attempts": 0, "error": None}
            due = to_ms(now + DELIVERY_GRACE)
            conversation = {"due_at": due, "updated_at": SERVER_TIME}
            record = audit.entry(entry_id, now, by, "answer_again", path, thread_id=thread_id)
            return None, [
                Update(path, waits),
                Update(f"conversations/{thread_id}", conversation),
                record,
            ]

        self.documents.transact(audit.once(work, audit.path(entry_id)))
        look = schedule.later(thread_id, now, now, clock_margin_seconds=self.clock_margin_seconds)
        self.turns.ensure(look, {"thread_id": thread_id, "trace_id": entry_id})
