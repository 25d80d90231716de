"""While the bot only drafts, or is off: what becomes of a person's messages then.

A draft is asked for as if the bot had the conversation, and nothing of its turn leaves the system:
no bubble, no reaction, no alert, no record of the person.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from services import handoff
from services.agent.input import Asked
from services.domain import bot
from services.domain.bot import Bot
from services.domain.conversation import Conversation
from services.domain.decision import Decision, Suggestion
from services.domain.documents import SERVER_TIME
from services.domain.operation import Operation
from services.domain.states import ConversationStatus, Owner


def drafts(thread: Conversation, settings: Operation) -> bool:
    """Whether the thread's turns only draft."""
    return bot.mode(thread.bot, settings.bot) is Bot.DRAFTS


def asked_for_draft(asked: Asked) -> Asked:
    """The question without what is said of machines and handovers: a person will send it."""
    open_thread = replace(asked.thread, owner=Owner.BOT, owner_until=None, boundary_at=None)
    settings = replace(asked.settings, disclosure="", handoff_text="")
    return replace(asked, thread=open_thread, settings=settings)


def only_drafted(decision: Decision, asked: Asked) -> Decision:
    """What is left of a decision that nobody but an operator may carry out."""
    suggestion = Suggestion(
        text="\n\n".join(bubble.text for bubble in decision.bubbles),
        about=max(m.received_at or m.created_at for m in asked.messages),
        handoff=decision.handoff.reason if decision.handoff else "",
        turn_id=asked.turn_id,
    )
    return Decision(
        suggestion=suggestion,
        summary=decision.summary,
        summary_until=decision.summary_until,
        descriptions=decision.descriptions,
        prompt=decision.prompt,
        reason="drafted",
        trace=decision.trace,
    )


def suggested(
    thread: Conversation, suggestion: Suggestion, now: datetime, alert_minutes: float
) -> dict[str, Any]:
    """The fields of a conversation that has a draft; one that the bot had waits for the team.

    The wait begins with the newest message that the draft answers, so that what came after is
    drafted for in its turn.
    """
    fields: dict[str, Any] = {
        "suggestion": {
            "text": suggestion.text,
            "handoff": suggestion.handoff,
            "turn_id": suggestion.turn_id,
            "at": now,
        },
        "updated_at": SERVER_TIME,
    }
    if thread.owner is Owner.BOT and (suggestion.text or suggestion.handoff):
        fields |= handoff.change(
            thread,
            Owner.WAITING,
            suggestion.about,
            until=None,
            reason="draft",
            alert_minutes=alert_minutes,
        )
    return fields


def left_alone(thread: Conversation, settings: Operation, now: datetime) -> dict[str, Any]:
    """The fields of a conversation whose person wrote while the bot is off, or just before.

    It waits for the team where the settings say so; not where the bot is off for this person
    only, for that is somebody's own wish.
    """
    fields: dict[str, Any] = {}
    if thread.status is ConversationStatus.CLOSED:
        fields["status"] = ConversationStatus.OPEN
    if settings.bot_off_waits and not thread.bot:
        fields |= handoff.change(
            thread,
            Owner.WAITING,
            now,
            until=None,
            reason="bot_off",
            alert_minutes=settings.waiting_alert_minutes,
        )
    return fields and {**fields, "updated_at": SERVER_TIME}
