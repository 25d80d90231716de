"""Echoes that came while a bubble was on its way: decided by whoever ends the bubble's hold.

Until then nobody knows whose they are. Every transaction that ends a hold decides them, in the
same commit, so that none is left to be misread later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from services.conversations import handoff
from services.domain import paths
from services.domain.conversation import Conversation
from services.domain.documents import Delete, Query, Snapshot, Update, Write
from services.domain.ids import document_id
from services.domain.linking import masked
from services.domain.message import Message
from services.domain.operation import Operation
from services.outbox.delivered import arrived, reached
from services.ports import Reads

#: A bubble's echo is dated by Meta when the bubble was sent: one so much younger is not its own.
ECHO_WITHIN = timedelta(minutes=10)
MOST_LOST = 10


@dataclass(frozen=True, slots=True)
class Came:
    """The undecided echoes of a thread, and the bubbles of an earlier time that still lack one."""

    echoes: Sequence[Snapshot] = ()
    lost: Sequence[Snapshot] = ()


@dataclass(frozen=True, slots=True)
class Decided:
    """What the echoes were: the thread after a takeover, and what is to be written."""

    thread: Conversation
    fields: dict[str, Any] = field(default_factory=dict)
    writes: Sequence[Write] = ()
    echo: Mapping[str, Any] | None = None  #: of the bubble whose mid was told


def of(reads: Reads, thread: Conversation) -> Came:
    """What is to be decided about a thread; no read where no echo came."""
    if not thread.undecided:
        return Came()
    path = paths.messages(thread.thread_id)
    found = reads.get(*(f"{path}/{i}" for i in thread.undecided))
    return Came([echo for echo in found if echo.fields is not None], lost(reads, thread.thread_id))


def lost(reads: Reads, thread_id: str) -> list[Snapshot]:
    """The bubbles of unknown outcome that a person was asked about: an echo may still come."""
    path = paths.messages(thread_id)
    return reads.query(Query(path, where=[("awaits_echo", "==", True)], limit=MOST_LOST))


def decide(thread: Conversation, came: Came, mid: str | None, settings: Operation) -> Decided:
    """Our own echo, that of `mid` or of a lost bubble, is dropped; any other is a human's.

    The bot steps back then. A takeover counts from the echo's own timestamp; one that is older
    than the last change of owner is recorded only.
    """
    fields: dict[str, Any] = {"undecided": []} if thread.undecided else {}
    writes: list[Write] = []
    left = list(came.lost)
    own: Mapping[str, Any] | None = None
    for echo in came.echoes:
        if mid is not None and echo.id == document_id(mid):
            own = echo.fields
            writes.append(Delete(echo.path))
            continue
        typed = Message.from_doc(echo.id, echo.fields or {})
        late = late_one(left, typed.text, typed.created_at)
        if late is not None:
            left.remove(late)
            bubble = Message.from_doc(late.id, late.fields or {})
            item, more = arrived(
                thread, bubble, typed.mid, typed.created_at, settings, echo=echo.fields
            )
            writes += [Delete(echo.path), Update(late.path, item)]
            fields |= more
            thread = replace(
                thread, cooldown_until=fields.get("cooldown_until", thread.cooldown_until)
            )
            continue
        seen = reached(thread, typed.mid, typed.created_at)
        writes.append(Update(echo.path, {**seen, "sent_at": typed.created_at}))
        if thread.boundary_at is not None and typed.created_at <= thread.boundary_at:
            continue
        taken = handoff.wrote(
            thread, typed.created_at, minutes=settings.handoff_minutes, reason="instagram_app"
        )
        fields |= taken
        thread = handoff.after(thread, taken)
    return Decided(thread, fields, writes, own)


def own_among(item: Message, echoes: Sequence[Snapshot]) -> Message | None:
    """The echo that tells that an item of unknown outcome arrived, if there is one."""
    for echo in echoes:
        message = Message.from_doc(echo.id, echo.fields or {})
        if same_bubble(item, message.text, message.created_at) and message.mid:
            return message
    return None


def late_one(lost: Sequence[Snapshot], text: str, sent_at: datetime) -> Snapshot | None:
    """The bubble whose late echo this is, if there is one."""
    for stored in lost:
        item = Message.from_doc(stored.id, stored.fields or {})
        latest = item.sending_at and item.sending_at + ECHO_WITHIN
        if latest and sent_at <= latest and same_bubble(item, text, sent_at):
            return stored
    return None


def same_bubble(item: Message, text: str, sent_at: datetime) -> bool:
    """Whether an echo can be of an unconfirmed item: its text, and not older than its call.

    A human who types exactly that text at that moment cannot be told apart.
    """
    if item.sending_at is None or item.text not in (text, masked(text)):
        return False
    return sent_at >= item.sending_at - timedelta(seconds=1)  # Meta's clock is its own
