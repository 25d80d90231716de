"""A thread changes hands: to a human who is waited for, to one who is there, back to the bot.

One way to write it, so that no change misses its epoch, its boundary, or the word to the manager.
"""

from datetime import datetime, timedelta

from services.domain import alerting, boundaries, paths
from services.domain.alerting import AlertFields
from services.domain.conversation import Conversation, ConversationFields
from services.domain.ids import digest
from services.domain.instants import to_ms
from services.domain.patch import Patch
from services.domain.states import ConversationStatus, Owner
from services.domain.text import Text


def hand_off(
    thread: Conversation,
    reason: str,
    now: datetime,
    alert_minutes: float,
    *,
    note: Text | str = "",
    turn_id: str = "",
) -> Patch:
    """The thread waits for a human from `now` on, and only a person ends that.

    The manager is told once, and a second time when nobody came for `alert_minutes`. The alert is
    named by the owner's epoch, so that a repetition finds it standing.
    """
    if thread.owner is not Owner.BOT:
        return Patch()
    fields = set_owner(
        thread, Owner.WAITING, now, until=None, reason=reason, alert_minutes=alert_minutes
    )
    told = alert(thread, reason, now, note=note, turn_id=turn_id, handoff=True)
    name = digest("handoff", thread.thread_id, fields["owner_epoch"])
    return Patch({**fields, "owner_note": note}, [paths.alert(name).merge(told)])


def take_over(
    thread: Conversation, at: datetime, *, minutes: float | None, reason: str, by: str = ""
) -> ConversationFields:
    """The fields that give the thread to the human who is there, until somebody hands it back.

    With `minutes`, it returns to the bot by itself so long after `at`.
    """
    until = at + timedelta(minutes=minutes) if minutes is not None else None
    return set_owner(thread, Owner.HUMAN, at, until=until, reason=reason, by=by)


def human_replied(
    thread: Conversation, at: datetime, *, minutes: float, reason: str, by: str = ""
) -> ConversationFields:
    """The fields that give the thread to a human who wrote, for so long after `at`.

    Who has taken it for longer, or until they hand it back, keeps it so.
    """
    by_writing = at + timedelta(minutes=minutes)
    until: datetime | None = by_writing
    if thread.owner is Owner.HUMAN and not thread.bot_may_speak(at):
        until = thread.owner_until and max(by_writing, thread.owner_until)
    return set_owner(thread, Owner.HUMAN, at, until=until, reason=reason, by=by)


def hand_back(thread: Conversation, now: datetime, reason: str, by: str = "") -> ConversationFields:
    """The fields that give the thread to the bot, from the next message on; none if it has it."""
    if thread.owner is Owner.BOT:
        return {}
    return set_owner(thread, Owner.BOT, now, until=None, reason=reason, by=by)


def returned(thread: Conversation, now: datetime) -> ConversationFields:
    """The fields that give a thread back to the bot when a human's time is over, or none."""
    if thread.owner is not Owner.HUMAN or not thread.bot_may_speak(now):
        return {}
    return hand_back(thread, thread.owner_until or now, "time_over")


def set_owner(
    thread: Conversation,
    owner: Owner,
    boundary_at: datetime,
    *,
    until: datetime | None,
    reason: str,
    alert_minutes: float | None = None,
    by: str = "",
) -> ConversationFields:
    """The fields of a conversation that gets a new owner, by whatever way.

    The epoch counts up, so that whatever was claimed or queued before is discarded or cancelled;
    the boundary says which messages belong to the time before. Where a human is asked for, it is
    open from now on, whatever it was: the team's list shows what waits and is open.
    """
    remind_at = None
    if owner is Owner.WAITING and alert_minutes is not None:
        remind_at = to_ms(boundary_at + timedelta(minutes=alert_minutes))
    opened: ConversationFields = {"status": ConversationStatus.OPEN, "scheduled_until": None}
    return {
        **(opened if owner is Owner.WAITING else ConversationFields()),
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
    thread: Conversation,
    reason: str,
    now: datetime,
    *,
    note: Text | str = "",
    turn_id: str = "",
    handoff: bool = False,
) -> AlertFields:
    """The document of a word to the manager about the thread."""
    return alerting.alert(
        thread.account_id,
        reason,
        str(note),
        now,
        thread_id=thread.thread_id,
        turn_id=turn_id,
        handoff=handoff,
    )
