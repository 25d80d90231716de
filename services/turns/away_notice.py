"""Outside business hours a person is told once that we are away, if the owner wants it."""

from datetime import datetime

from services.domain.conversation import Conversation
from services.domain.ids import digest
from services.domain.operation import OperatingSettings
from services.domain.patch import Patch
from services.domain.policy import AWAY, Wait
from services.domain.states import ConversationStatus
from services.outbox.enqueue import joining, system_text


def told(thread: Conversation, wait: Wait, settings: OperatingSettings, now: datetime) -> Patch:
    """The conversation is scheduled for the opening; the text goes out once per closed period."""
    if wait.reason != AWAY:
        return Patch()
    scheduled = Patch({"status": ConversationStatus.SCHEDULED, "scheduled_until": wait.until})
    text = settings.hours_away_text.strip()
    if not text or thread.away_for == wait.until:
        return scheduled
    # Named by now: an opening is told again after its hours were changed and put back.
    item_id = digest("away", thread.thread_id, now.timestamp())
    item = system_text(thread, item_id, text, "away", now)
    return joining(thread, [item], settings, now) | scheduled | Patch({"away_for": wait.until})
