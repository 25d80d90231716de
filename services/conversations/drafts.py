"""What a conversation keeps of a draft, and of messages that came while the bot is off."""

from datetime import datetime

from services.conversations import handoff
from services.domain.conversation import Conversation, ConversationFields
from services.domain.decision import Suggestion
from services.domain.documents import SERVER_TIME
from services.domain.operation import OperatingSettings
from services.domain.states import ConversationStatus, Owner


def suggested(
    thread: Conversation, suggestion: Suggestion, now: datetime, alert_minutes: float
) -> ConversationFields:
    """The fields of a conversation that has a draft; one that the bot had waits for the team.

    The wait begins with the newest message that the draft answers, so that what came after is
    drafted for in its turn.
    """
    fields: ConversationFields = {
        "suggestion": {
            "text": suggestion.text,
            "handoff": suggestion.handoff,
            "turn_id": suggestion.turn_id,
            "at": now,
        },
        "updated_at": SERVER_TIME,
    }
    if thread.owner is Owner.BOT and (suggestion.text or suggestion.handoff):
        fields |= handoff.set_owner(
            thread,
            Owner.WAITING,
            suggestion.about,
            until=None,
            reason="draft",
            alert_minutes=alert_minutes,
        )
    return fields


def left_alone(
    thread: Conversation, settings: OperatingSettings, now: datetime
) -> ConversationFields:
    """The fields of a conversation whose person wrote while the bot is off, or just before.

    It waits for the team where the settings say so; not where the bot is off for this person
    only, for that is somebody's own wish.
    """
    fields: ConversationFields = {}
    if thread.status is ConversationStatus.CLOSED:
        fields["status"] = ConversationStatus.OPEN
    if settings.bot_off_waits and not thread.bot:
        fields |= handoff.set_owner(
            thread,
            Owner.WAITING,
            now,
            until=None,
            reason="bot_off",
            alert_minutes=settings.waiting_alert_minutes,
        )
    if fields:
        fields["updated_at"] = SERVER_TIME
    return fields
