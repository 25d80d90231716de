"""Conversations and messages as the Graph API lists them, read leniently."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from services.domain.call import HistoryMessage, ThreadSummary

#: Where an attachment keeps its address, and what sort it then is.
_PLACES = (("image_data", "image"), ("video_data", "video"))


def heard_in(messages: Mapping[str, Any]) -> list[HistoryMessage]:
    """The messages of one page; what is no message is left out."""
    found = [_heard(item) for item in messages.get("data") or [] if isinstance(item, dict)]
    return [heard for heard in found if heard is not None]


def summary_of(thread: Mapping[str, Any], ours: Collection[str]) -> ThreadSummary | None:
    """A conversation of a listing; its person is the participant that is none of us."""
    people = (thread.get("participants") or {}).get("data") or []
    ids = [str(person.get("id", "")) for person in people if isinstance(person, dict)]
    igsid = next((igsid for igsid in ids if igsid and igsid not in ours), None)
    updated = instant(thread.get("updated_time"))
    if igsid is None or updated is None:
        return None
    return ThreadSummary(key=str(thread.get("id", "")), igsid=igsid, updated_at=updated)


def instant(value: Any) -> datetime | None:
    """An instant as Meta writes it: ISO with +0000, or seconds since the epoch."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        return datetime.strptime(str(value), "%Y-%m-%dT%H:%M:%S%z").astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _heard(item: Mapping[str, Any]) -> HistoryMessage | None:
    created = instant(item.get("created_time"))
    if created is None or not item.get("id"):
        return None
    sender = item.get("from")
    return HistoryMessage(
        mid=str(item["id"]),
        sender_id=str((sender or {}).get("id", "")) if isinstance(sender, dict) else "",
        text=str(item.get("message") or ""),
        created_at=created,
        attachments=_attachments(item.get("attachments")),
        readable=isinstance(sender, dict),
    )


def _attachments(stored: Any) -> Sequence[Mapping[str, Any]]:
    items = (stored.get("data") or []) if isinstance(stored, dict) else []
    return [_attachment(item) for item in items if isinstance(item, dict)]


def _attachment(item: Mapping[str, Any]) -> Mapping[str, Any]:
    for place, kind in _PLACES:
        if isinstance(item.get(place), dict):
            return {"type": kind, "url": str(item[place].get("url", ""))}
    return {"type": "file", "url": str(item.get("file_url", ""))}
