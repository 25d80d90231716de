"""A thread changes its owner: one way to write it, so that no change misses its boundary."""

from datetime import datetime
from typing import Any

from services.domain.conversation import Conversation
from services.domain.instants import to_ms
from services.domain.states import Owner


def change(
    thread: Conversation,
    owner: Owner,
    boundary_at: datetime,
    *,
    until: datetime | None,
    reason: str,
) -> dict[str, Any]:
    """The fields of a conversation that gets a new owner.

    The epoch counts up, so that whatever was claimed or queued before is discarded or cancelled;
    the boundary says which messages belong to the time before.
    """
    return {
        "owner": owner,
        "owner_until": until,
        "owner_reason": reason,
        "owner_epoch": thread.owner_epoch + 1,
        "boundary_at": boundary_at,
        # What the sweep looks for; whole milliseconds, so that it can ask for what is past.
        "owner_due_at": to_ms(until) if until is not None else None,
        "waiting_since": to_ms(boundary_at) if owner is Owner.WAITING else None,
    }


def returned(thread: Conversation, now: datetime) -> dict[str, Any]:
    """The fields that give a thread back to the bot when a human's time is over, or none."""
    if thread.owner is not Owner.HUMAN or not thread.bot_may_speak(now):
        return {}
    boundary = thread.owner_until or now
    return change(thread, Owner.BOT, boundary, until=None, reason="time_over")
