"""Events as the documents that they become, and what they change in their conversation.

Only a message creates its own document; every other kind has one under a key of its own, so that
it can come before its message, after it, or twice. Nothing here needs to read the store.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.domain import paths
from services.domain.contents import label
from services.domain.documents import (
    SERVER_TIME,
    Create,
    Increment,
    Maximum,
    Merge,
    Minimum,
    Snapshot,
    Write,
)
from services.domain.events import Event, What
from services.domain.ids import digest
from services.domain.instants import to_ms
from services.domain.operation import Operation
from services.domain.opting import says
from services.domain.states import Direction, Role, Status
from services.domain.terms import terms

#: What Instagram takes for a person's sign of life: it opens the window for answers.
_OPENS = (What.MESSAGE, What.REACTION, What.REFERRAL)


@dataclass(frozen=True, slots=True)
class Entry:
    """One event and the document that it becomes."""

    event: Event
    path: str
    fields: dict[str, Any]

    @property
    def waits(self) -> bool:
        """Whether a turn must look at it."""
        return self.fields["status"] is Status.PENDING

    @property
    def id(self) -> str:
        """The document's id."""
        return self.path.rpartition("/")[2]


def entry(event: Event, settings: Operation) -> Entry:
    """The document of an event that is no echo and no read receipt."""
    path = paths.message(event.thread_id, _key(event))
    fields = {
        **event.content,
        "thread_id": event.thread_id,
        "account_id": event.account_id,
        "igsid": event.igsid,
        "kind": event.kind,
        "direction": Direction.OUTGOING if event.echo else Direction.INBOUND,
        "role": Role.HUMAN if event.echo else Role.USER,
        "attempts": 0,
        "created_at": event.timestamp,
        "received_at": SERVER_TIME,
        "expire_at": expiry(event.timestamp, settings),
        **_status(event, settings),
    }
    if event.what is What.NOTICE:
        fields |= {"direction": Direction.INTERNAL, "role": Role.SYSTEM}
    if event.what is What.MESSAGE:
        fields |= {"mid": event.mid, "terms": terms(event.text)}
    elif event.mid:
        fields |= {"about": event.about, "about_mid": event.mid}
    return Entry(event, path, fields)


def kept(stored: Snapshot, now: datetime) -> bool:
    """Whether a document is still there to be read: TTL deletes within a day, not at once."""
    until = (stored.fields or {}).get("expire_at")
    return not isinstance(until, datetime) or now < until


def expiry(created_at: datetime, settings: Operation) -> datetime:
    """When a message is no longer kept."""
    return created_at + timedelta(days=settings.retention_days)


def writes(entries: Sequence[Entry], due_at: datetime, settings: Operation) -> list[Write]:
    """The commit for new entries of one thread; `due_at` is when a turn will look at them."""
    first = entries[0].event
    parties = {"account_id": first.account_id, "igsid": first.igsid}
    conversation: dict[str, Any] = {**parties, "updated_at": SERVER_TIME}
    contact: dict[str, Any] = {**parties}
    waiting = [e for e in entries if e.waits]
    if waiting:
        conversation["due_at"] = Minimum(to_ms(due_at))
        conversation["inbound_seq"] = Increment(len(waiting))
    alive = [e.event.timestamp for e in entries if e.event.what in _OPENS and not e.event.echo]
    if alive:
        contact["last_seen_at"] = conversation["last_inbound_at"] = Maximum(to_ms(max(alive)))
    messages = [e for e in entries if e.event.what is What.MESSAGE]
    if messages:
        conversation["last_received_at"] = SERVER_TIME
        conversation["last_direction"] = Direction.INBOUND
        conversation["last_text"] = line(messages[-1].event)
    conversation |= _opting([e.event for e in entries], settings)
    return [
        *(Create(e.path, e.fields) for e in entries),
        Merge(paths.conversation(first.thread_id), conversation),
        Merge(paths.contact(first.thread_id), contact),
    ]


def line(event: Event) -> str:
    """How a list shows a message."""
    return event.text[:120] or label(event.kind, event.content.get("attachments", ()))


def _opting(events: Sequence[Event], settings: Operation) -> dict[str, Any]:
    """The words by which a person opts out or in: merged, so that order is no matter."""
    theirs = [e for e in events if not e.echo and e.what in (What.MESSAGE, What.EDIT)]
    out = [e.timestamp for e in theirs if says(e.text, settings.opt_out_words)]
    back = [e.timestamp for e in theirs if says(e.text, settings.opt_in_words)]
    found: dict[str, Any] = {}
    if out:
        found["opted_out_at"] = Maximum(to_ms(max(out)))
    if back:
        found["opted_in_at"] = Maximum(to_ms(max(back)))
    return found


def _status(event: Event, settings: Operation) -> dict[str, Any]:
    """What a turn must look at is PENDING; what only tells is PROCESSED, with the reason."""
    if event.what in (What.EDIT, What.UNSEND):
        return {"status": Status.PENDING}
    reason = None
    if event.what is not What.MESSAGE:
        reason = event.what.value
    elif event.standby:
        reason = "standby"
    elif event.kind == "story_mention" and not event.text and not settings.answer_story_mentions:
        reason = "story_mention"
    if reason is None:
        return {"status": Status.PENDING}
    return {"status": Status.PROCESSED, "reason": reason, "processed_at": SERVER_TIME}


def _key(event: Event) -> str:
    if event.what is What.MESSAGE:
        return event.about
    if event.what is What.UNSEND:
        return "unsend_" + digest(event.mid)
    parts = (event.mid, event.content.get("num_edit"), event.content.get("action"), event.stamp)
    named = event.content.get("message_type"), event.content.get("detail")
    return f"{event.what}_" + digest(event.echo, *parts, *named)
