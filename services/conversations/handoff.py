"""A thread changes hands: to a human who is waited for, to one who is there, back to the bot.

One way to write it, so that no change misses its epoch, its boundary, or the word to the manager.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from services.domain import boundaries, paths
from services.domain.conversation import Conversation
from services.domain.documents import Merge, Write
from services.domain.ids import digest
from services.domain.instants import to_ms
from services.domain.states import ConversationStatus, Owner, Status
from services.domain.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOff:
    """What is written where a human is asked for; nothing where one has the thread already."""

    fields: dict[str, Any]
    alerts: Sequence[Write] = ()


def hand_off(
    thread: Conversation,
    reason: str,
    now: datetime,
    alert_minutes: float,
    *,
    note: Text | str = "",
    turn_id: str = "",
) -> HandedOff:
    """The thread waits for a human from `now` on, and only a person ends that.

    The manager is told once, and a second time when nobody came for `alert_minutes`. The alert is
    named by the owner's epoch, so that a repetition finds it standing.
    """
    if thread.owner is not Owner.BOT:
        return HandedOff(fields={})
    fields = change(
        thread, Owner.WAITING, now, until=None, reason=reason, alert_minutes=alert_minutes
    )
    told = alert(thread, reason, now, note=note, turn_id=turn_id) | {"handoff": True}
    name = digest("handoff", thread.thread_id, fields["owner_epoch"])
    return HandedOff(fields={**fields, "owner_note": note}, alerts=[Merge(paths.alert(name), told)])


def take_over(
    thread: Conversation, at: datetime, *, minutes: float | None, reason: str, by: str = ""
) -> dict[str, Any]:
    """The fields that give the thread to the human who is there, until somebody hands it back.

    With `minutes`, it returns to the bot by itself so long after `at`.
    """
    until = at + timedelta(minutes=minutes) if minutes is not None else None
    return change(thread, Owner.HUMAN, at, until=until, reason=reason, by=by)


def wrote(
    thread: Conversation, at: datetime, *, minutes: float, reason: str, by: str = ""
) -> dict[str, Any]:
    """The fields that give the thread to a human who wrote, for so long after `at`.

    Who has taken it for longer, or until they hand it back, keeps it so.
    """
    by_writing = at + timedelta(minutes=minutes)
    until: datetime | None = by_writing
    if thread.owner is Owner.HUMAN and not thread.bot_may_speak(at):
        until = thread.owner_until and max(by_writing, thread.owner_until)
    return change(thread, Owner.HUMAN, at, until=until, reason=reason, by=by)


def hand_back(thread: Conversation, now: datetime, reason: str, by: str = "") -> dict[str, Any]:
    """The fields that give the thread to the bot, from the next message on; none if it has it."""
    if thread.owner is Owner.BOT:
        return {}
    return change(thread, Owner.BOT, now, until=None, reason=reason, by=by)


def returned(thread: Conversation, now: datetime) -> dict[str, Any]:
    """The fields that give a thread back to the bot when a human's time is over, or none."""
    if thread.owner is not Owner.HUMAN or not thread.bot_may_speak(now):
        return {}
    return hand_back(thread, thread.owner_until or now, "time_over")


def after(thread: Conversation, fields: dict[str, Any]) -> Conversation:
    """The thread as it is once `fields` are written; itself where they change no hands."""
    if "owner_epoch" not in fields:
        return thread
    return replace(
        thread,
        owner=fields["owner"],
        owner_until=fields["owner_until"],
        owner_epoch=fields["owner_epoch"],
        boundary_at=fields["boundary_at"],
        boundaries=tuple(fields["boundaries"]),
    )


def change(
    thread: Conversation,
    owner: Owner,
    boundary_at: datetime,
    *,
    until: datetime | None,
    reason: str,
    alert_minutes: float | None = None,
    by: str = "",
) -> dict[str, Any]:
    """The fields of a conversation that gets a new owner, by whatever way.

    The epoch counts up, so that whatever was claimed or queued before is discarded or cancelled;
    the boundary says which messages belong to the time before. Where a human is asked for, it is
    open from now on, whatever it was: the team's list shows what waits and is open.
    """
    remind_at = None
    if owner is Owner.WAITING and alert_minutes is not None:
        remind_at = to_ms(boundary_at + timedelta(minutes=alert_minutes))
    opened = {"status": ConversationStatus.OPEN, "scheduled_until": None}
    return {
        **(opened if owner is Owner.WAITING else {}),
        "owner": owner,
        "owner_until": until,
        "owner_reason": reason,
        "owner_epoch": thread.owner_epoch + 1,
        "boundary_at": boundary_at,
        "boundaries": boundaries.added(thread.boundaries, owner, boundary_at, reason=reason, by=by),
        # What the sweep looks for; whole milliseconds, so that it can ask for what is past.
        "owner_due_at": to_ms(until) if until is not None else None,
        "remind_at": remind_at,
    }


def alert(
    thread: Conversation, reason: str, now: datetime, *, note: Text | str = "", turn_id: str = ""
) -> dict[str, Any]:
    """The document of a word to the manager about the thread."""
    return {
        "thread_id": thread.thread_id,
        "account_id": thread.account_id,
        "turn_id": turn_id,
        "reason": reason,
        "text": str(note),
        "status": Status.QUEUED,
        "created_at": now,
    }
