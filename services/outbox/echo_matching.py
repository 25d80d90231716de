"""Echoes that came while a bubble was on its way: decided by whoever ends the bubble's hold.

Until then nobody knows whose they are. Every transaction that ends a hold decides them, in the
same commit, so that none is left to be misread later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.conversations import handoff
from services.domain import paths
from services.domain.conversation import Conversation, ConversationFields
from services.domain.documents import Delete, Query, Snapshot
from services.domain.ids import document_id
from services.domain.message import Message, MessageFields, masked
from services.domain.operation import OperatingSettings
from services.domain.patch import Patch
from services.outbox.fate import arrived, reached
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
    patch: Patch
    echo: Mapping[str, Any] | None = None  #: of the bubble whose mid was told


def of(reads: Reads, thread: Conversation) -> Came:
    """What is to be decided about a thread; no read where no echo came."""
    if not thread.undecided:
        return Came()
    found = reads.get(*(paths.message(thread.thread_id, i) for i in thread.undecided))
    return Came([echo for echo in found if echo.fields is not None], lost(reads, thread.thread_id))


def lost(reads: Reads, thread_id: str) -> list[Snapshot]:
    """The bubbles of unknown outcome that a person was asked about: an echo may still come."""
    path = paths.messages(thread_id)
    return reads.query(Query(path, where=[("awaits_echo", "==", True)], limit=MOST_LOST))


def decide(
    thread: Conversation, came: Came, mid: str | None, settings: OperatingSettings
) -> Decided:
    """Our own echo, that of `mid` or of a lost bubble, is dropped; any other is a human's.

    The bot steps back then. A takeover counts from the echo's own timestamp; one that is older
    than the last change of owner is recorded only.
    """
    patch = Patch({"undecided": []} if thread.undecided else {})
    lost, own = list(came.lost), None
    for echo in came.echoes:
        typed = Message.from_doc(echo.id, echo.fields or {})
        late = late_one(lost, typed.text, typed.created_at)
        if mid is not None and echo.id == document_id(mid):
            own, verdict = echo.fields, _dropped(thread, echo)
        elif late is not None:
            lost.remove(late)
            verdict = _dropped(thread, echo) | _late(thread, late, echo, settings)
        else:
            verdict = _typed(thread, typed, settings)
        thread, patch = thread.after(verdict.fields), patch | verdict
    return Decided(thread, patch, own)


def _dropped(thread: Conversation, echo: Snapshot) -> Patch:
    """It is of a bubble that has a document already."""
    return Patch(writes=[Delete(paths.message(thread.thread_id, echo.id))])


def _late(
    thread: Conversation, late: Snapshot, echo: Snapshot, settings: OperatingSettings
) -> Patch:
    """It tells that a lost bubble did arrive."""
    bubble = Message.from_doc(late.id, late.fields or {})
    typed = Message.from_doc(echo.id, echo.fields or {})
    return arrived(thread, bubble, typed.mid, typed.created_at, settings, echo=echo.fields)


def _typed(thread: Conversation, typed: Message, settings: OperatingSettings) -> Patch:
    """A human wrote it in the Instagram app."""
    at = typed.created_at
    sent: MessageFields = {**reached(thread, typed.mid, at), "sent_at": at}
    taken: ConversationFields = {}
    if thread.boundary_at is None or at > thread.boundary_at:
        minutes = settings.handoff_minutes
        taken = handoff.human_replied(thread, at, minutes=minutes, reason="instagram_app")
    return Patch(taken, [paths.message(thread.thread_id, typed.id).update(sent)])


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
