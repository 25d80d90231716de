"""Echoes that came while a bubble was on its way: decided by whoever ends the bubble's hold.

Until then nobody knows whose they are. Every transaction that ends a hold decides them, in the
same commit, so that none is left to be misread later.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from services import ownership
from services.domain.conversation import Conversation
from services.domain.documents import Delete, Snapshot, Update, Write
from services.domain.ids import document_id
from services.domain.linking import masked
from services.domain.message import Message
from services.domain.states import Owner, Status
from services.ports import Reads


@dataclass(frozen=True, slots=True)
class Decided:
    """What the echoes were: the thread after a takeover, and what is to be written."""

    thread: Conversation
    fields: dict[str, Any] = field(default_factory=dict)
    writes: Sequence[Write] = ()


def of(reads: Reads, thread: Conversation) -> list[Snapshot]:
    """The undecided echoes of a thread."""
    if not thread.undecided:
        return []
    path = f"conversations/{thread.thread_id}/messages"
    found = reads.get(*(f"{path}/{i}" for i in thread.undecided))
    return [echo for echo in found if echo.fields is not None]


def decide(
    thread: Conversation, echoes: Sequence[Snapshot], mid: str | None, handoff_minutes: float
) -> Decided:
    """Our own echo, that of `mid`, is dropped; any other is a human's: the bot steps back.

    A takeover counts from the echo's own timestamp; one that is older than the last change of
    owner is recorded only.
    """
    fields: dict[str, Any] = {"undecided": []} if thread.undecided else {}
    writes: list[Write] = []
    for echo in echoes:
        if mid is not None and echo.id == document_id(mid):
            writes.append(Delete(echo.path))
            continue
        typed = Message.from_doc(echo.id, echo.fields or {})
        writes.append(Update(echo.path, {"status": Status.SENT, "sent_at": typed.created_at}))
        if thread.boundary_at is not None and typed.created_at <= thread.boundary_at:
            continue
        until = typed.created_at + timedelta(minutes=handoff_minutes)
        change = ownership.change(
            thread, Owner.HUMAN, typed.created_at, until=until, reason="instagram_app"
        )
        fields |= change
        thread = replace(
            thread,
            owner=Owner.HUMAN,
            owner_epoch=change["owner_epoch"],
            boundary_at=typed.created_at,
        )
    return Decided(thread, fields, writes)


def own_among(item: Message, echoes: Sequence[Snapshot]) -> Message | None:
    """The echo that tells that an item of unknown outcome arrived, if there is one."""
    for echo in echoes:
        message = Message.from_doc(echo.id, echo.fields or {})
        if same_bubble(item, message.text, message.created_at) and message.mid:
            return message
    return None


def same_bubble(item: Message, text: str, sent_at: datetime) -> bool:
    """Whether an echo can be of an unconfirmed item: its text, and not older than its call.

    A human who types exactly that text at that moment cannot be told apart.
    """
    if item.sending_at is None or item.text not in (text, masked(text)):
        return False
    return sent_at >= item.sending_at - timedelta(seconds=1)  # Meta's clock is its own
