"""A text of the system's own joins a thread's line, inside of somebody's transaction."""

from datetime import datetime
from typing import Any

from services.domain import paths
from services.domain.conversation import Conversation
from services.domain.documents import SERVER_TIME, Create
from services.domain.entries import expiry
from services.domain.ids import split_thread_id
from services.domain.instants import to_ms
from services.domain.linking import masked
from services.domain.operation import Operation
from services.domain.states import Direction, Role, Status
from services.outbox.queue import DELIVERY_GRACE


def joining(
    thread: Conversation,
    item_id: str,
    text: str,
    kind: str,
    *,
    settings: Operation,
    now: datetime,
) -> tuple[Create, dict[str, Any]]:
    """The document of a system message at the end of the line, and its conversation's fields."""
    fields: dict[str, Any] = {
        **parties(thread.thread_id),
        "thread_id": thread.thread_id,
        "direction": Direction.OUTGOING,
        "role": Role.SYSTEM,
        "kind": kind,
        "text": text,
        "status": Status.QUEUED,
        "attempts": 0,
        "owner_epoch": thread.owner_epoch,
        "created_at": now,
        "queued_at": now,
        "expire_at": expiry(now, settings),
    }
    conversation = {
        "outbox": [*thread.outbox, item_id],
        "deliver_due_at": to_ms(now + DELIVERY_GRACE),
        "last_text": masked(text)[:120],
        "last_direction": Direction.OUTGOING,
        "updated_at": SERVER_TIME,
    }
    return Create(paths.message(thread.thread_id, item_id), fields), conversation


def parties(thread_id: str) -> dict[str, str]:
    """The account and the person of a thread."""
    found = split_thread_id(thread_id)
    return {"account_id": found[0], "igsid": found[1]} if found else {}
