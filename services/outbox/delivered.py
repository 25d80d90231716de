"""What is written about a bubble that arrived, by whatever way that became known."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from services.domain.conversation import Conversation
from services.domain.documents import SERVER_TIME
from services.domain.ids import document_id
from services.domain.linking import without_token
from services.domain.message import Message
from services.domain.operation import Operation
from services.domain.states import Status


def arrived(
    thread: Conversation,
    item: Message,
    mid: str | None,
    at: datetime,
    settings: Operation,
    *,
    echo: Mapping[str, Any] | None = None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields of an item that was sent at `at`, and of its conversation; not those of the line.

    `echo` is its echo as Instagram showed it. The cooldown begins with a turn's last bubble, and
    an earlier turn's never shortens it.
    """
    fields = {
        **({} if item.status is Status.READ else reached(thread, mid, at)),
        "sent_at": at,
        "error": None,
        "unsettled": None,
        # Without its mid, its echo would be taken for a human's. A reaction has neither.
        "awaits_echo": True if mid is None and item.kind != "reaction" else None,
        **({"mid": mid} if mid else {}),
        **without_token(item),
        **told(echo or {}),
    }
    return fields, {**_mark(thread, item), **_cooldown(thread, item, at, settings)}


def reached(thread: Conversation, mid: str | None, at: datetime) -> dict[str, Any]:
    """SENT, or READ where the person's receipt was here before anybody knew the mid."""
    if mid is not None and document_id(mid) in thread.early_reads:
        return {"status": Status.READ, "read_at": at}
    return {"status": Status.SENT}


def told(echo: Mapping[str, Any]) -> dict[str, Any]:
    """What only an echo knows of a bubble of ours: where an uploaded file can be seen, a while."""
    files = [a for a in echo.get("attachments") or () if a.get("url")]
    return {"echoed": files} if files else {}


def _mark(thread: Conversation, item: Message) -> dict[str, Any]:
    """The conversation has no failed send any more, unless a later one failed."""
    fields: dict[str, Any] = {"updated_at": SERVER_TIME}
    marked, failed = thread.send_failed_at, item.failed_at
    if marked is None or failed is None or marked <= failed:
        fields["send_failed_at"] = None
    return fields


def _cooldown(
    thread: Conversation, item: Message, at: datetime, settings: Operation
) -> dict[str, Any]:
    if not item.last_of_turn:
        return {}
    until = at + timedelta(seconds=settings.cooldown_seconds)
    return {"cooldown_until": max(until, thread.cooldown_until or until)}
