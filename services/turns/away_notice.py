"""Outside business hours a person is told once that we are away, if the owner wants it."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from services.domain.conversation import Conversation
from services.domain.documents import Write
from services.domain.ids import digest
from services.domain.operation import Operation
from services.domain.policy import AWAY, Wait
from services.domain.states import ConversationStatus
from services.outbox.enqueue import joining


@dataclass(frozen=True, slots=True)
class Told:
    """What an absence adds to a look: the thread with its longer line, fields and writes."""

    thread: Conversation
    fields: dict[str, Any] = field(default_factory=dict)
    writes: list[Write] = field(default_factory=list)


def told(thread: Conversation, wait: Wait, settings: Operation, now: datetime) -> Told:
    """The conversation is scheduled for the opening; the text goes out once per closed period."""
    if wait.reason != AWAY:
        return Told(thread)
    fields: dict[str, Any] = {
        "status": ConversationStatus.SCHEDULED,
        "scheduled_until": wait.until,
    }
    text = settings.hours_away_text.strip()
    if not text or thread.away_for == wait.until:
        return Told(thread, fields)
    # Named by now: an opening is told again after its hours were changed and put back.
    item_id = digest("away", thread.thread_id, now.timestamp())
    item, line = joining(thread, item_id, text, "away", settings=settings, now=now)
    fields |= {**line, "away_for": wait.until}
    return Told(replace(thread, outbox=(*thread.outbox, item_id)), fields, [item])
