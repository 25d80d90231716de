"""Recording what became of a send, and taking the next item of the line in the same commit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from services import ownership
from services.domain.conversation import Conversation
from services.domain.documents import SERVER_TIME, Delete, Snapshot, Update, Write
from services.domain.ids import document_id
from services.domain.instants import to_ms
from services.domain.message import Message
from services.domain.operation import Operation
from services.domain.outcome import NotSent, Outcome, Sent, Unknown
from services.domain.states import Owner, Status
from services.lines import DELIVERY_GRACE, UNCONFIRMED_FOR, Head, advance, unconfirmed
from services.ports import Reads

#: Tries of an item that Instagram did not take.
MOST_TRIES = 8
#: Longest pause between two of them, in seconds.
LONGEST_PAUSE_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Recording:
    """Writes a send's outcome; meant for `Documents.transact`.

    A definite outcome is accepted even after the hold ran out. Echoes that came while the item
    was on its way are decided here, because only here the mid is known.
    """

    thread_id: str
    item: Message
    next_id: str | None
    outcome: Outcome
    settings: Operation
    token: str  #: of the hold on the next item
    now: datetime

    def __call__(self, reads: Reads) -> tuple[Head, Sequence[Write]]:
        """Decide and write, from the line as it is now; answers its new head."""
        path = f"conversations/{self.thread_id}"
        ids = [self.item.id, *([self.next_id] if self.next_id else [])]
        stored, item, *behind = reads.get(path, *(f"{path}/messages/{i}" for i in ids))
        if stored.fields is None or item.fields is None:
            return Head(), []  # the contact was deleted meanwhile
        thread = Conversation.from_doc(self.thread_id, stored.fields)
        if thread.sending is None or thread.sending.id != self.item.id:
            return self._late(thread, item)
        echoes = _undecided(reads, path, thread)
        outcome = _decided_by(self.outcome, self.item, echoes)
        thread, fields, writes = self._decide_echoes(thread, echoes, outcome)
        head, more, written = self._record(thread, outcome, behind)
        return head, [*writes, *written, Update(path, {**fields, **more})]

    def _late(self, thread: Conversation, item: Snapshot) -> tuple[Head, Sequence[Write]]:
        """The hold is gone: an echo settled the item, or it went to a person unconfirmed."""
        head = Head(look_at=self.now if thread.outbox else None)
        unsettled = (item.fields or {}).get("status") not in (Status.SENT, Status.READ)
        if isinstance(self.outcome, Sent) and unsettled:
            return head, [Update(item.path, _sent(self.outcome, self.now))]
        return head, []

    def _record(
        self, thread: Conversation, outcome: Outcome, behind: Sequence[Snapshot]
    ) -> tuple[Head, dict[str, Any], list[Write]]:
        path = f"conversations/{self.thread_id}/messages/{self.item.id}"
        if isinstance(outcome, Unknown) and thread.sending is not None:
            fields, write = unconfirmed(thread, thread.sending, outcome.reason, self.now)
            return Head(look_at=self.now + UNCONFIRMED_FOR), fields, [write]
        if isinstance(outcome, NotSent) and self.item.attempts < MOST_TRIES:
            again = self.now + _pause(outcome, self.item.attempts)
            item = {"status": Status.QUEUED, "next_attempt_at": again, "error": outcome.reason}
            due = {"sending": None, "deliver_due_at": to_ms(again + DELIVERY_GRACE)}
            return Head(look_at=again), due, [Update(path, item)]
        line = tuple(item for item in thread.outbox if item != self.item.id)
        following = [s for s in behind if line[:1] == (s.id,)]
        head, fields, writes = advance(
            replace(thread, outbox=line, sending=None), following, self.token, self.now
        )
        fields["updated_at"] = SERVER_TIME
        if not isinstance(outcome, Sent):
            failed = {"status": Status.FAILED, "error": outcome.reason}
            return head, fields, [Update(path, failed), *writes]
        if self.item.last_of_turn:
            cooldown = timedelta(seconds=self.settings.cooldown_seconds)
            fields["cooldown_until"] = self.now + cooldown
        return head, fields, [Update(path, _sent(outcome, self.now)), *writes]

    def _decide_echoes(
        self, thread: Conversation, echoes: Sequence[Snapshot], outcome: Outcome
    ) -> tuple[Conversation, dict[str, Any], list[Write]]:
        """Our own echo is dropped, any other is a human's: the bot steps back."""
        fields: dict[str, Any] = {"undecided": []} if thread.undecided else {}
        writes: list[Write] = []
        for echo in echoes:
            if isinstance(outcome, Sent) and echo.id == document_id(outcome.mid):
                writes.append(Delete(echo.path))
                continue
            typed = Message.from_doc(echo.id, echo.fields or {})
            writes.append(Update(echo.path, {"status": Status.SENT, "sent_at": typed.created_at}))
            until = typed.created_at + timedelta(minutes=self.settings.handoff_minutes)
            change = ownership.change(
                thread, Owner.HUMAN, typed.created_at, until=until, reason="instagram_app"
            )
            fields |= change
            thread = replace(thread, owner=Owner.HUMAN, owner_epoch=change["owner_epoch"])
        return thread, fields, writes


def _undecided(reads: Reads, path: str, thread: Conversation) -> list[Snapshot]:
    if not thread.undecided:
        return []
    found = reads.get(*(f"{path}/messages/{i}" for i in thread.undecided))
    return [echo for echo in found if echo.fields is not None]


def _decided_by(outcome: Outcome, item: Message, echoes: Sequence[Snapshot]) -> Outcome:
    """An echo of the same text, not older than the call, settles an unknown outcome."""
    if not isinstance(outcome, Unknown):
        return outcome
    for echo in echoes:
        message = Message.from_doc(echo.id, echo.fields or {})
        if same_bubble(item, message.text, message.created_at) and message.mid:
            return Sent(message.mid)
    return outcome


def same_bubble(item: Message, text: str, sent_at: datetime) -> bool:
    """Whether an echo can be of an unconfirmed item: its text, and not older than its call.

    A human who types exactly that text at that moment cannot be told apart.
    """
    if item.sending_at is None or item.text != text:
        return False
    return sent_at >= item.sending_at - timedelta(seconds=1)  # Meta's clock is its own


def _sent(outcome: Sent, now: datetime) -> dict[str, Any]:
    return {"status": Status.SENT, "mid": outcome.mid, "sent_at": now, "error": None}


def _pause(outcome: NotSent, attempts: int) -> timedelta:
    return timedelta(
        seconds=min(LONGEST_PAUSE_SECONDS, outcome.retry_after_seconds * 2 ** (attempts - 1))
    )
