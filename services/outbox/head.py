"""What stands at the head of an outbox, decided as a value: it goes now, or when to look again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.conversations import drafts
from services.domain import paths
from services.domain.account import Account
from services.domain.conversation import Conversation, ConversationFields, SendingRecord
from services.domain.documents import Snapshot
from services.domain.instants import to_ms
from services.domain.linking import without_token
from services.domain.message import Message
from services.domain.operation import OperatingSettings
from services.domain.patch import Patch
from services.domain.sendable import SWITCHED_OFF, Verdict, check_sendable
from services.domain.states import Owner, Status
from services.outbox.times import DELIVERY_GRACE, SENDING_FOR, SLOT_AHEAD, held_look


@dataclass(frozen=True, slots=True, kw_only=True)
class SendNow:
    """The first item is held by the sender of `token`, and goes now."""

    item: Message
    thread: Conversation  #: as it was read
    token: str
    human_agent: bool  #: whether the item goes under a human's right to write
    next_id: str | None  #: the item behind it


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAgain:
    """Nothing goes before `at`."""

    at: datetime
    item_id: str | None = None  #: the item that the look will be about
    attempt: int = 0  #: the attempt after which the look repeats the item
    parked: bool = False  #: it is the end of the account's rest: a slot may be had after it


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubtful:
    """Nobody knows whether the held item arrived: Instagram may be asked, now and from `at` on."""

    item: Message
    at: datetime


@dataclass(frozen=True, slots=True)
class Empty:
    """Nothing waits."""


QueueHead = SendNow | LookAgain | Doubtful | Empty


@dataclass(frozen=True, slots=True)
class SendContext:
    """What decides, besides the item itself, whether the first item goes now."""

    thread: Conversation
    account: Account
    slot: datetime | None  #: the instant that was leased for it
    token: str
    now: datetime
    settings: OperatingSettings


def look_if(outbox: Sequence[str], now: datetime) -> QueueHead:
    """Look again at once where anything waits."""
    return LookAgain(at=now) if outbox else Empty()


def still_held(
    thread: Conversation, account: Account, sending: SendingRecord, item: Message, now: datetime
) -> SendNow:
    """The head as whoever holds it has taken it, in a commit whose answer was lost."""
    verdict = check_sendable(thread, account, replace(item, status=Status.QUEUED), now)
    return SendNow(
        item=item,
        thread=thread,
        token=sending.token,
        human_agent=verdict.human_agent,
        next_id=_behind(thread.outbox),
    )


def advance(gate: SendContext, items: Sequence[Snapshot]) -> tuple[QueueHead, Patch]:
    """Hold the first of the outbox's `items` that may go, and drop those that must not.

    Items that were not read are left where they are.
    """
    outbox, dropped = list(gate.thread.outbox), Patch()
    for stored in items:
        item = Message.from_doc(stored.id, stored.fields or {})
        if stored.fields is not None:
            verdict = check_sendable(gate.thread, gate.account, item, gate.now, gate.settings.bot)
            if verdict.dropped is None:
                head, patch = _first(gate, item, outbox, human_agent=verdict.human_agent)
                return head, dropped | patch
            dropped |= _dropped(gate, item, verdict)
        outbox.remove(stored.id)
    due = to_ms(gate.now + DELIVERY_GRACE) if outbox else None
    return look_if(outbox, gate.now), dropped | _rests(outbox, due)


def _dropped(gate: SendContext, item: Message, verdict: Verdict) -> Patch:
    if not verdict.dropped:
        return Patch()
    fields, thread = verdict.dropped | without_token(item), gate.thread
    waits: ConversationFields = {}
    if verdict.dropped.get("error") == SWITCHED_OFF and thread.owner is Owner.BOT:
        # Its question counts as answered, and nobody would look at it again.
        waits = drafts.left_alone(thread, gate.settings, gate.now)
    return Patch(waits, [paths.message(thread.thread_id, item.id).update(fields)])


def _first(
    gate: SendContext, item: Message, outbox: list[str], *, human_agent: bool
) -> tuple[QueueHead, Patch]:
    """The first item that may go by itself: hold it, or say when it may."""
    now, account = gate.now, gate.account
    if not account.may_send:
        return _waits(outbox, item, held_look(gate.thread, now), held_for=account.id)
    parked = account.parked(now)
    if parked is not None:
        return _waits(outbox, item, parked, parked=True)
    if item.next_attempt_at is not None and now < item.next_attempt_at:
        return _waits(outbox, item, item.next_attempt_at)
    last = gate.thread.last_slot_at
    if gate.slot is None or (last is not None and gate.slot <= last):
        return _waits(outbox, item, now)  # a task that came twice may not use its slot twice
    if gate.slot > now + SLOT_AHEAD:
        return _waits(outbox, item, gate.slot)
    return _hold(gate, item, outbox, gate.slot, human_agent=human_agent)


def _waits(
    outbox: list[str],
    item: Message,
    until: datetime,
    *,
    held_for: str | None = None,
    parked: bool = False,
) -> tuple[LookAgain, Patch]:
    rests = _rests(outbox, to_ms(until + DELIVERY_GRACE), held_for)
    return LookAgain(at=until, item_id=item.id, parked=parked), rests


def _rests(outbox: list[str], due: int | None, held_for: str | None = None) -> Patch:
    return Patch({"outbox": outbox, "sending": None, "deliver_due_at": due, "held_for": held_for})


def _hold(
    gate: SendContext, item: Message, outbox: list[str], slot: datetime, *, human_agent: bool
) -> tuple[SendNow, Patch]:
    now, attempts = gate.now, item.attempts + 1
    sending = SendingRecord(id=item.id, started_at=now, until=now + SENDING_FOR, token=gate.token)
    fields: ConversationFields = {
        "outbox": outbox,
        "sending": sending.to_doc(),
        "deliver_due_at": to_ms(sending.until),
        "held_for": None,
        "last_slot_at": slot,
    }
    held = paths.message(gate.thread.thread_id, item.id).update(
        {"status": Status.SENDING, "attempts": attempts, "sending_at": now, "slot_at": slot}
    )
    head = SendNow(
        item=replace(item, status=Status.SENDING, attempts=attempts, sending_at=now),
        thread=gate.thread,
        token=gate.token,
        human_agent=human_agent,
        next_id=_behind(outbox),
    )
    return head, Patch(fields, [held])


def _behind(outbox: Sequence[str]) -> str | None:
    """The item behind the first."""
    return outbox[1] if len(outbox) > 1 else None
