"""What becomes of a bubble: all that is ever written about one once it was held for sending.

Whoever learns its fate (its sender, an echo, Instagram's history, a person) writes it from here.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from services.domain import paths
from services.domain.conversation import Conversation, ConversationFields, SendingRecord
from services.domain.documents import SERVER_TIME
from services.domain.ids import document_id
from services.domain.instants import to_ms
from services.domain.linking import without_token
from services.domain.message import Message, MessageFields
from services.domain.operation import OperatingSettings
from services.domain.patch import Patch
from services.domain.states import Status
from services.domain.text import Text
from services.outbox.times import DELIVERY_GRACE, UNCONFIRMED_FOR


def arrived(
    thread: Conversation,
    item: Message,
    mid: str | None,
    at: datetime,
    settings: OperatingSettings,
    *,
    echo: Mapping[str, Any] | None = None,
    settled_by: str = "",
) -> Patch:
    """It was sent at `at`; what becomes of the outbox is not said here.

    `echo` is its echo as Instagram showed it, `settled_by` the person who saw it there. The
    cooldown begins with a turn's last bubble, and an earlier turn's never shortens it.
    """
    fields: MessageFields = {
        "sent_at": at,
        "error": None,
        "unsettled": None,
        # Without its mid, its echo would be taken for a human's. A reaction has neither.
        "awaits_echo": True if mid is None and item.kind != "reaction" else None,
        **without_token(item),
        **told(echo or {}),
    }
    if item.status is not Status.READ:
        fields |= reached(thread, mid, at)
    if mid:
        fields["mid"] = mid
    if settled_by:
        fields["settled_by"] = settled_by
    return _patch(
        thread, item.id, fields, {**_mark(thread, item), **_cooldown(thread, item, at, settings)}
    )


def reached(thread: Conversation, mid: str | None, at: datetime) -> MessageFields:
    """SENT, or READ where the person's receipt was here before anybody knew the mid."""
    if mid is not None and document_id(mid) in thread.early_reads:
        return {"status": Status.READ, "read_at": at}
    return {"status": Status.SENT}


def told(echo: Mapping[str, Any]) -> MessageFields:
    """What only an echo knows of a bubble of ours: where an uploaded file can be seen, a while."""
    files = [a for a in echo.get("attachments") or () if a.get("url")]
    return {"echoed": files} if files else {}


def queued_again(
    thread: Conversation,
    item: Message,
    at: datetime,
    changes: MessageFields,
    held_for: str | None = None,
) -> Patch:
    """It did not go, and stays in the outbox until `at`, or until its account may send again."""
    due = to_ms(at + DELIVERY_GRACE)
    return _patch(
        thread,
        item.id,
        {"status": Status.QUEUED, **changes},
        {"sending": None, "deliver_due_at": due, "held_for": held_for},
    )


def refused(thread: Conversation, item: Message, reason: Text, now: datetime) -> Patch:
    """It did not go and never will; what becomes of the outbox is not said here."""
    fields: MessageFields = {"status": Status.FAILED, "error": reason, "failed_at": now}
    return _patch(thread, item.id, fields | without_token(item), {"send_failed_at": now})


def unconfirmed(thread: Conversation, sending: SendingRecord, reason: Text, now: datetime) -> Patch:
    """It may have arrived: it holds the outbox until its echo, a read-back, or the end."""
    record = replace(sending, until=now + UNCONFIRMED_FOR, unconfirmed=True)
    return _patch(
        thread,
        sending.id,
        {"status": Status.UNCONFIRMED, "error": reason},
        {"sending": record.to_doc(), "deliver_due_at": to_ms(record.until)},
    )


def given_up(thread: Conversation, item: Message, now: datetime) -> Patch:
    """Nobody could say whether an UNCONFIRMED item arrived: it goes to a person."""
    fields: MessageFields = {
        "status": Status.FAILED,
        "error": Text("not confirmed: it may or may not have arrived"),
        "unsettled": True,
        "awaits_echo": True,
        "failed_at": now,
        **without_token(item),
    }
    return _patch(thread, item.id, fields, {"send_failed_at": now}) | moved_on(thread, item.id, now)


def moved_on(thread: Conversation, item_id: str, now: datetime) -> Patch:
    """The outbox goes on without the item that held it."""
    outbox = [item for item in thread.outbox if item != item_id]
    due = to_ms(now + DELIVERY_GRACE) if outbox else None
    return Patch(
        {"sending": None, "outbox": outbox, "deliver_due_at": due, "updated_at": SERVER_TIME}
    )


def _patch(
    thread: Conversation, item_id: str, fields: MessageFields, conversation: ConversationFields
) -> Patch:
    return Patch(conversation, [paths.message(thread.thread_id, item_id).update(fields)])


def _mark(thread: Conversation, item: Message) -> ConversationFields:
    """The conversation has no failed send any more, unless a later one failed."""
    fields: ConversationFields = {"updated_at": SERVER_TIME}
    marked, failed = thread.send_failed_at, item.failed_at
    if marked is None or failed is None or marked <= failed:
        fields["send_failed_at"] = None
    return fields


def _cooldown(
    thread: Conversation, item: Message, at: datetime, settings: OperatingSettings
) -> ConversationFields:
    if not item.last_of_turn:
        return {}
    until = at + timedelta(seconds=settings.cooldown_seconds)
    return {"cooldown_until": max(until, thread.cooldown_until or until)}
