"""A thread's outgoing line: which item may go, and how it is held while it goes.

At most one item of a thread is on its way. What nobody holds any more is UNCONFIRMED, never
simply sent again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from services.domain.conversation import Conversation, SendingRecord
from services.domain.documents import SERVER_TIME, Snapshot, Update, Write
from services.domain.instants import to_ms
from services.domain.message import Message
from services.domain.states import Role, Status
from services.ports import Reads

#: How long a sender holds an item: longer than the send's own time limit.
SENDING_FOR = timedelta(seconds=30)
#: How long an unconfirmed item holds the line before a person must decide.
UNCONFIRMED_FOR = timedelta(minutes=3)
#: When the sweep looks after a line that nobody moved.
DELIVERY_GRACE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Head:
    """What stands at the head of the line: an item to send now, or an instant to look again."""

    item: Message | None = None
    next_id: str | None = None  #: the item behind it
    look_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TakingHead:
    """Takes the head of the line for sending; meant for `Documents.transact`.

    Run again after its own lost commit it finds its hold and answers the same.
    """

    thread_id: str
    token: str
    now: datetime

    def __call__(self, reads: Reads) -> tuple[Head, Sequence[Write]]:
        """Drop what must not be sent, hold the first item that may."""
        path = f"conversations/{self.thread_id}"
        (stored,) = reads.get(path)
        if stored.fields is None:
            return Head(), []
        thread = Conversation.from_doc(self.thread_id, stored.fields)
        sending = thread.sending
        if sending is not None and sending.token == self.token and not sending.unconfirmed:
            (item,) = reads.get(f"{path}/messages/{sending.id}")
            return Head(Message.from_doc(sending.id, item.fields or {})), []
        if sending is not None and self.now < sending.until:
            return Head(look_at=sending.until), []
        if sending is not None:
            return _expired(thread, sending, self.now)
        items = reads.get(*(f"{path}/messages/{i}" for i in thread.outbox)) if thread.outbox else []
        head, fields, writes = advance(thread, items, self.token, self.now)
        if fields != {"outbox": list(thread.outbox), "sending": None, "deliver_due_at": None}:
            writes.append(Update(path, fields))
        return head, writes


def advance(
    thread: Conversation, items: Sequence[Snapshot], token: str, now: datetime
) -> tuple[Head, dict[str, Any], list[Write]]:
    """Hold the first of the line's `items` that may go, and drop those that must not.

    Answers the head, the conversation's new fields and the writes for the items. Items of the
    outbox that were not read are left where they are.
    """
    outbox = list(thread.outbox)
    writes: list[Write] = []
    for stored in items:
        dropped = _dropped(thread, stored, now)
        if dropped is None:
            head, fields, held = _hold(stored, outbox, token, now)
            return head, fields, [*writes, *held]
        outbox.remove(stored.id)
        writes += [Update(stored.path, dropped)] if dropped else []
    due = to_ms(now + DELIVERY_GRACE) if outbox else None
    fields = {"outbox": outbox, "sending": None, "deliver_due_at": due}
    return Head(look_at=now if outbox else None), fields, writes


def _hold(
    stored: Snapshot, outbox: list[str], token: str, now: datetime
) -> tuple[Head, dict[str, Any], list[Write]]:
    item = Message.from_doc(stored.id, stored.fields or {})
    fields: dict[str, Any] = {"outbox": outbox, "sending": None}
    if item.next_attempt_at is not None and now < item.next_attempt_at:
        fields["deliver_due_at"] = to_ms(item.next_attempt_at + DELIVERY_GRACE)
        return Head(look_at=item.next_attempt_at), fields, []
    sending = SendingRecord(id=item.id, started_at=now, until=now + SENDING_FOR, token=token)
    fields |= {"sending": sending.to_doc(), "deliver_due_at": to_ms(sending.until)}
    attempts = item.attempts + 1
    held = {"status": Status.SENDING, "attempts": attempts, "sending_at": now}
    behind = outbox[1] if len(outbox) > 1 else None
    item = replace(item, status=Status.SENDING, attempts=attempts, sending_at=now)
    return Head(item, behind), fields, [Update(stored.path, held)]


def _dropped(thread: Conversation, stored: Snapshot, now: datetime) -> dict[str, Any] | None:
    """How an item ends that must not be sent, or None for one that may."""
    if stored.fields is None:
        return {}
    item = Message.from_doc(stored.id, stored.fields)
    if item.status is not Status.QUEUED:
        return {}
    if item.role is Role.BOT and item.owner_epoch != thread.owner_epoch:
        return {"status": Status.CANCELLED, "error": "the thread changed its owner"}
    if not thread.window_open(now):
        return {"status": Status.FAILED, "error": "24 h since the person's last message are over"}
    return None


def _expired(
    thread: Conversation, sending: SendingRecord, now: datetime
) -> tuple[Head, list[Write]]:
    """A hold ran out: SENDING becomes UNCONFIRMED, UNCONFIRMED goes to a person."""
    path = f"conversations/{thread.thread_id}"
    if not sending.unconfirmed:
        fields, write = unconfirmed(thread, sending, "the sender did not report back", now)
        return Head(look_at=now + UNCONFIRMED_FOR), [write, Update(path, fields)]
    outbox = [item for item in thread.outbox if item != sending.id]
    failed = {"status": Status.FAILED, "error": "not confirmed: it may or may not have arrived"}
    due = to_ms(now + DELIVERY_GRACE) if outbox else None
    fields = {"sending": None, "outbox": outbox, "deliver_due_at": due, "updated_at": SERVER_TIME}
    writes: list[Write] = [Update(f"{path}/messages/{sending.id}", failed), Update(path, fields)]
    return Head(look_at=now if outbox else None), writes


def unconfirmed(
    thread: Conversation, sending: SendingRecord, reason: str, now: datetime
) -> tuple[dict[str, Any], Write]:
    """The item may have arrived: it holds the line until its echo, a read-back, or the end."""
    record = replace(sending, until=now + UNCONFIRMED_FOR, unconfirmed=True)
    item = f"conversations/{thread.thread_id}/messages/{sending.id}"
    fields = {"sending": record.to_doc(), "deliver_due_at": to_ms(record.until)}
    return fields, Update(item, {"status": Status.UNCONFIRMED, "error": reason})
