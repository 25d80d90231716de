"""Events as the documents that they become, and what they change in their conversation.

Only a message creates its own document; every other kind has one under a key of its own, so that
it can come before its message, after it, or twice. Nothing here needs to read the store.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.domain import paths
from services.domain.contact import ContactFields
from services.domain.conversation import ConversationFields
from services.domain.documents import (
    SERVER_TIME,
    Increment,
    Maximum,
    Minimum,
    Path,
    Write,
)
from services.domain.events import Event, What
from services.domain.ids import digest
from services.domain.instants import to_ms
from services.domain.message import Message, MessageFields
from services.domain.operation import OperatingSettings
from services.domain.opting import says
from services.domain.states import Direction, Role, Status

#: What Instagram takes for a person's sign of life: it opens the window for answers.
_OPENS = (What.MESSAGE, What.REACTION, What.REFERRAL)


@dataclass(frozen=True, slots=True)
class Entry:
    """One event and the document that it becomes."""

    event: Event
    message: Message
    fields: MessageFields

    @property
    def path(self) -> Path[MessageFields]:
        """Where it is stored."""
        return paths.message(self.message.thread_id, self.message.id)

    @property
    def waits(self) -> bool:
        """Whether a turn must look at it."""
        return self.message.status is Status.PENDING


def entry(event: Event, settings: OperatingSettings, *, only_shown: str = "") -> Entry:
    """The document of an event that is no echo and no read receipt.

    `only_shown` says why no turn is to look at it.
    """
    reason = only_shown or _reason(event, settings)
    message = message_of(
        event, _key(event), Status.PROCESSED if reason else Status.PENDING, reason=reason
    )
    fields = message.received(settings)
    return Entry(event, message, {**fields, "processed_at": SERVER_TIME} if reason else fields)


def message_of(event: Event, doc_id: str, status: Status, **more: Any) -> Message:
    """The event as a message."""
    direction = Direction.OUTGOING if event.echo else Direction.INBOUND
    role = Role.HUMAN if event.echo else Role.USER
    if event.what is What.NOTICE:
        direction, role = Direction.INTERNAL, Role.SYSTEM
    about: dict[str, Any] = {"mid": event.mid}
    if event.what is not What.MESSAGE:
        about = {"about": event.about, "about_mid": event.mid} if event.mid else {}
    return Message(
        **{
            "text": "",
            **event.content,
            "id": doc_id,
            "thread_id": event.thread_id,
            "direction": direction,
            "role": role,
            "kind": event.kind,
            "status": status,
            "created_at": event.timestamp,
            **about,
            **more,
        }
    )


def writes(entries: Sequence[Entry], due_at: datetime, settings: OperatingSettings) -> list[Write]:
    """The commit for new entries of one thread; `due_at` is when a turn will look at them."""
    first = entries[0].event
    contact: ContactFields = {"account_id": first.account_id, "igsid": first.igsid}
    if alive := _alive(entries):
        contact["last_seen_at"] = alive
    return [
        *(e.path.create(e.fields) for e in entries),
        paths.conversation(first.thread_id).merge(_conversation(entries, due_at, settings)),
        paths.contact(first.thread_id).merge(contact),
    ]


def _conversation(
    entries: Sequence[Entry], due_at: datetime, settings: OperatingSettings
) -> ConversationFields:
    first = entries[0].event
    conversation: ConversationFields = {
        "account_id": first.account_id,
        "igsid": first.igsid,
        "updated_at": SERVER_TIME,
    }
    waiting = [e for e in entries if e.waits]
    if waiting:
        conversation["due_at"] = Minimum(to_ms(due_at))
        conversation["inbound_seq"] = Increment(len(waiting))
    if alive := _alive(entries):
        conversation["last_inbound_at"] = alive
    messages = [e for e in entries if e.event.what is What.MESSAGE]
    if messages:
        conversation["last_received_at"] = SERVER_TIME
        conversation["last_direction"] = Direction.INBOUND
        conversation["last_text"] = messages[-1].message.preview
    return conversation | _opting([e.event for e in entries], settings)


def _alive(entries: Sequence[Entry]) -> Maximum | None:
    """When the person last gave a sign of life."""
    found = [e.event.timestamp for e in entries if e.event.what in _OPENS and not e.event.echo]
    return Maximum(to_ms(max(found))) if found else None


def _opting(events: Sequence[Event], settings: OperatingSettings) -> ConversationFields:
    """The words by which a person opts out or in: merged, so that order is no matter."""
    theirs = [e for e in events if not e.echo and e.what in (What.MESSAGE, What.EDIT)]
    out = [e.timestamp for e in theirs if says(e.text, settings.opt_out_words)]
    back = [e.timestamp for e in theirs if says(e.text, settings.opt_in_words)]
    found: ConversationFields = {}
    if out:
        found["opted_out_at"] = Maximum(to_ms(max(out)))
    if back:
        found["opted_in_at"] = Maximum(to_ms(max(back)))
    return found


def _reason(event: Event, settings: OperatingSettings) -> str | None:
    """Why no turn looks at it, or None: what only tells is PROCESSED."""
    if event.what in (What.EDIT, What.UNSEND):
        return None
    if event.what is not What.MESSAGE:
        return event.what.value
    if event.standby:
        return "standby"
    if event.kind == "story_mention" and not event.text and not settings.answer_story_mentions:
        return "story_mention"
    return None


def _key(event: Event) -> str:
    if event.what is What.MESSAGE:
        return event.about
    if event.what is What.UNSEND:
        return "unsend_" + digest(event.mid)
    parts = (event.mid, event.content.get("num_edit"), event.content.get("action"), event.stamp)
    named = event.content.get("message_type"), event.content.get("detail")
    return f"{event.what}_" + digest(event.echo, *parts, *named)
