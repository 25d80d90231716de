"""A thread's outgoing line: which item may go, and how it is held while it goes.

At most one item of a thread is on its way. What nobody holds any more is UNCONFIRMED, never
simply sent again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from services.conversations import drafts
from services.domain import paths, schedule
from services.domain.account import Account
from services.domain.conversation import Conversation, SendingRecord
from services.domain.documents import SERVER_TIME, Snapshot, Update, Write
from services.domain.ids import account_of
from services.domain.instants import to_ms
from services.domain.linking import without_token
from services.domain.message import Message
from services.domain.operation import Operation
from services.domain.sendable import SWITCHED_OFF, judge
from services.domain.states import Owner, Status
from services.domain.text import Text
from services.outbox import echo_matching
from services.outbox.delivered import arrived
from services.ports import Reads

#: How long a sender holds an item: longer than the send's own time limit.
SENDING_FOR = timedelta(seconds=30)
#: A sender that comes to its call later than this after taking its hold does not call.
CALL_WITHIN = timedelta(seconds=15)
#: How long an unconfirmed item holds the line before a person must decide.
UNCONFIRMED_FOR = timedelta(minutes=3)
#: When, after it became unconfirmed, Instagram is asked whether it arrived.
READ_BACK_AFTER = (timedelta(seconds=15), timedelta(seconds=60), timedelta(seconds=165))
#: When the sweep looks after a line that nobody moved: well after the queue's own tries.
DELIVERY_GRACE = timedelta(seconds=60)
#: A slot that lies ahead by no more is now: clocks differ, and the queue is never early.
SLOT_AHEAD = timedelta(milliseconds=5)
#: Items that one reading of the line takes in.
MOST_READ = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What stands at the head of the line: an item to send now, or an instant to look again."""

    item: Message | None = None
    thread: Conversation | None = None  #: as it was read
    token: str = ""  #: of the hold on it
    human_agent: bool = False  #: whether the item goes under a human's right to write
    next_id: str | None = None  #: the item behind it
    look_at: datetime | None = None
    look_id: str | None = None  #: the item that the look will be about
    parked: bool = False  #: it is the end of the account's rest: a slot may be had after it
    attempt: int = 0  #: the attempt after which the look repeats the item
    doubtful: Message | None = None  #: an unconfirmed item that Instagram may be asked about


@dataclass(frozen=True, slots=True)
class Gate:
    """What decides, besides the item itself, whether the line's first item goes now."""

    thread: Conversation
    account: Account
    slot: datetime | None  #: the instant that was leased for it
    token: str
    now: datetime
    settings: Operation


@dataclass(frozen=True, slots=True)
class TakingHead:
    """Takes the head of the line for sending; meant for `Documents.transact`.

    Run again after its own lost commit it finds its hold and answers the same.
    """

    thread_id: str
    token: str
    now: datetime
    settings: Operation
    slot: datetime | None = None
    expected: str | None = None  #: the item that probably stands first: saves a round trip

    def __call__(self, reads: Reads) -> tuple[Head, Sequence[Write]]:
        """Drop what must not be sent, hold the first item that may."""
        path, account_id = paths.conversation(self.thread_id), account_of(self.thread_id)
        hinted = [paths.message(self.thread_id, self.expected)] if self.expected else []
        stored, owned, *items = reads.get(path, paths.account(account_id), *hinted)
        if stored.fields is None:
            return Head(), []
        thread = Conversation.from_doc(self.thread_id, stored.fields)
        account = Account.from_doc(account_id, owned.fields)
        if thread.sending is not None:
            return self._held(reads, thread, account, thread.sending)
        if not thread.outbox or thread.outbox[0] != self.expected:
            wanted = [paths.message(self.thread_id, i) for i in thread.outbox[:MOST_READ]]
            items = reads.get(*wanted) if wanted else []
        gate = Gate(thread, account, self.slot, self.token, self.now, self.settings)
        head, fields, writes = advance(gate, items)
        if changed := _changed(thread, fields):
            writes.append(Update(path, changed))
        return head, writes

    def _held(
        self, reads: Reads, thread: Conversation, account: Account, sending: SendingRecord
    ) -> tuple[Head, Sequence[Write]]:
        if self.now >= sending.until:
            if sending.unconfirmed:
                (item,) = reads.get(paths.message(self.thread_id, sending.id))
                lost = Message.from_doc(sending.id, item.fields or {})
                return _given_up(thread, sending, lost, self.now)
            return self._expired(reads, thread, sending)
        if sending.unconfirmed:
            (item,) = reads.get(paths.message(self.thread_id, sending.id))
            doubtful = Message.from_doc(sending.id, item.fields or {})
            look_at = next_check(sending, self.now)
            return Head(thread=thread, look_at=look_at, doubtful=doubtful), []
        if not sending.held_by(self.token):
            return Head(look_at=sending.until), []
        return still_held(reads, thread, account, sending, self.now), []

    def _expired(
        self, reads: Reads, thread: Conversation, sending: SendingRecord
    ) -> tuple[Head, Sequence[Write]]:
        """The sender did not report back: an echo tells that the item arrived, or nobody can."""
        path = paths.conversation(self.thread_id)
        came = echo_matching.of(reads, thread)
        own = None
        if came.echoes:
            (item,) = reads.get(paths.message(self.thread_id, sending.id))
            message = Message.from_doc(sending.id, item.fields or {})
            own = echo_matching.own_among(message, came.echoes)
        mid = own.mid if own is not None else None
        decided = echo_matching.decide(thread, came, mid, self.settings)
        if own is not None:
            sent, fields = arrived(
                decided.thread, message, mid, own.created_at, self.settings, echo=decided.echo
            )
            fields |= moved_on(thread, sending.id, self.now)
            head = Head(look_at=self.now if fields["outbox"] else None)
            write: Write = Update(paths.message(self.thread_id, sending.id), sent)
        else:
            head = Head(look_at=self.now + READ_BACK_AFTER[0])
            silent = Text("the sender did not report back")
            fields, write = unconfirmed(thread, sending, silent, self.now)
        return head, [write, *decided.writes, Update(path, {**decided.fields, **fields})]


@dataclass(frozen=True, slots=True)
class PuttingBack:
    """Gives up an own hold before the call; meant for `Documents.transact`."""

    thread_id: str
    item: Message
    token: str
    settings: Operation
    now: datetime

    def __call__(self, reads: Reads) -> tuple[Head, Sequence[Write]]:
        """The item is QUEUED again, if the hold is still ours; answers when to look."""
        path = paths.conversation(self.thread_id)
        (stored,) = reads.get(path)
        thread = Conversation.from_doc(self.thread_id, stored.fields or {})
        sending = thread.sending
        if sending is None or not sending.held_by(self.token) or self.now >= sending.until:
            return Head(look_at=sending.until if sending else self.now), []
        item = {"status": Status.QUEUED, "attempts": max(0, self.item.attempts - 1)}
        fields = {"sending": None, "deliver_due_at": to_ms(self.now + DELIVERY_GRACE)}
        # Nothing was sent under this hold: whatever came meanwhile was typed by a human.
        decided = echo_matching.decide(thread, echo_matching.of(reads, thread), None, self.settings)
        return Head(look_at=self.now), [
            Update(paths.message(self.thread_id, self.item.id), item),
            *decided.writes,
            Update(path, {**decided.fields, **fields}),
        ]


def still_held(
    reads: Reads, thread: Conversation, account: Account, sending: SendingRecord, now: datetime
) -> Head:
    """The head as whoever holds it has taken it, in a commit whose answer was lost."""
    (stored,) = reads.get(paths.message(thread.thread_id, sending.id))
    item = Message.from_doc(sending.id, stored.fields or {})
    verdict = judge(thread, account, replace(item, status=Status.QUEUED), now)
    return Head(
        item=item,
        thread=thread,
        token=sending.token,
        human_agent=verdict.human_agent,
        next_id=_behind(thread.outbox),
    )


def advance(gate: Gate, items: Sequence[Snapshot]) -> tuple[Head, dict[str, Any], list[Write]]:
    """Hold the first of the line's `items` that may go, and drop those that must not.

    Answers the head, the conversation's new fields and the writes for the items. Items of the
    outbox that were not read are left where they are.
    """
    thread, now = gate.thread, gate.now
    outbox = list(thread.outbox)
    writes: list[Write] = []
    waits: dict[str, Any] = {}
    for stored in items:
        if stored.fields is None:
            outbox.remove(stored.id)
            continue
        item = Message.from_doc(stored.id, stored.fields)
        verdict = judge(thread, gate.account, item, now, gate.settings.bot)
        if verdict.dropped is None:
            head, fields, held = _first(gate, item, outbox, human_agent=verdict.human_agent)
            return head, {**waits, **fields}, [*writes, *held]
        if verdict.dropped.get("error") == SWITCHED_OFF and thread.owner is Owner.BOT:
            # Its question counts as answered, and nobody would look at it again.
            waits = drafts.left_alone(thread, gate.settings, now)
        outbox.remove(stored.id)
        dropped = verdict.dropped and {**verdict.dropped, **without_token(item)}
        writes += [Update(stored.path, dropped)] if dropped else []
    due = to_ms(now + DELIVERY_GRACE) if outbox else None
    fields = {"outbox": outbox, "sending": None, "deliver_due_at": due, "held_for": None}
    return Head(look_at=now if outbox else None), {**waits, **fields}, writes


def _first(
    gate: Gate, item: Message, outbox: list[str], *, human_agent: bool
) -> tuple[Head, dict[str, Any], list[Write]]:
    """The first item that may go by itself: hold it, or say when it may."""
    now, account = gate.now, gate.account
    if not account.may_send:
        return _waits(outbox, item, held_look(gate.thread, now), held_for=account.id)
    parked = account.parked(now)
    if parked is not None:
        head, fields, writes = _waits(outbox, item, parked)
        return replace(head, parked=True), fields, writes
    if item.next_attempt_at is not None and now < item.next_attempt_at:
        return _waits(outbox, item, item.next_attempt_at)
    last = gate.thread.last_slot_at
    if gate.slot is None or (last is not None and gate.slot <= last):
        return _waits(outbox, item, now)  # a task that came twice may not use its slot twice
    if gate.slot > now + SLOT_AHEAD:
        return _waits(outbox, item, gate.slot)
    return _hold(gate, item, outbox, gate.slot, human_agent=human_agent)


def _waits(
    outbox: list[str], item: Message, until: datetime, held_for: str | None = None
) -> tuple[Head, dict[str, Any], list[Write]]:
    due = to_ms(until + DELIVERY_GRACE)
    fields = {"outbox": outbox, "sending": None, "deliver_due_at": due, "held_for": held_for}
    return Head(look_at=until, look_id=item.id), fields, []


def _hold(
    gate: Gate, item: Message, outbox: list[str], slot: datetime, *, human_agent: bool
) -> tuple[Head, dict[str, Any], list[Write]]:
    now, attempts = gate.now, item.attempts + 1
    sending = SendingRecord(id=item.id, started_at=now, until=now + SENDING_FOR, token=gate.token)
    fields = {
        "outbox": outbox,
        "sending": sending.to_doc(),
        "deliver_due_at": to_ms(sending.until),
        "held_for": None,
        "last_slot_at": slot,
    }
    held = {"status": Status.SENDING, "attempts": attempts, "sending_at": now, "slot_at": slot}
    head = Head(
        item=replace(item, status=Status.SENDING, attempts=attempts, sending_at=now),
        thread=gate.thread,
        token=gate.token,
        human_agent=human_agent,
        next_id=_behind(outbox),
    )
    path = paths.message(gate.thread.thread_id, item.id)
    return head, fields, [Update(path, held)]


def _behind(outbox: Sequence[str]) -> str | None:
    """The item behind the line's first."""
    return outbox[1] if len(outbox) > 1 else None


def _changed(thread: Conversation, fields: dict[str, Any]) -> dict[str, Any]:
    """`fields`, or none of them where the conversation has them all already."""
    due = to_ms(thread.deliver_due_at) if thread.deliver_due_at else None
    as_read = {"outbox": list(thread.outbox), "sending": None, "deliver_due_at": due}
    return {} if fields == {**as_read, "held_for": thread.held_for} else fields


def _given_up(
    thread: Conversation, sending: SendingRecord, lost: Message, now: datetime
) -> tuple[Head, list[Write]]:
    """Nobody could say whether an UNCONFIRMED item arrived: it goes to a person."""
    failed = {
        "status": Status.FAILED,
        "error": Text("not confirmed: it may or may not have arrived"),
        "unsettled": True,
        "awaits_echo": True,
        "failed_at": now,
        **without_token(lost),
    }
    item = paths.message(thread.thread_id, sending.id)
    fields = {**moved_on(thread, sending.id, now), "send_failed_at": now}
    head = Head(look_at=now if fields["outbox"] else None)
    return head, [Update(item, failed), Update(paths.conversation(thread.thread_id), fields)]


def moved_on(thread: Conversation, item_id: str, now: datetime) -> dict[str, Any]:
    """The fields of a conversation whose line goes on without the item that held it."""
    outbox = [item for item in thread.outbox if item != item_id]
    due = to_ms(now + DELIVERY_GRACE) if outbox else None
    return {"sending": None, "outbox": outbox, "deliver_due_at": due, "updated_at": SERVER_TIME}


def unconfirmed(
    thread: Conversation, sending: SendingRecord, reason: Text, now: datetime
) -> tuple[dict[str, Any], Write]:
    """The item may have arrived: it holds the line until its echo, a read-back, or the end."""
    record = replace(sending, until=now + UNCONFIRMED_FOR, unconfirmed=True)
    item = paths.message(thread.thread_id, sending.id)
    fields = {"sending": record.to_doc(), "deliver_due_at": to_ms(record.until)}
    return fields, Update(item, {"status": Status.UNCONFIRMED, "error": reason})


def next_check(sending: SendingRecord, now: datetime) -> datetime:
    """When an unconfirmed item is looked at next: to ask Instagram, or to give it to a person."""
    since = sending.until - UNCONFIRMED_FOR
    return next((since + after for after in READ_BACK_AFTER if since + after > now), sending.until)


def held_look(thread: Conversation, now: datetime) -> datetime:
    """When a line is looked at that waits for its account: its window may close meanwhile."""
    return schedule.hourly(thread.thread_id, now)
