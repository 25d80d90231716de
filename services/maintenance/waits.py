"""Waits that are over: what the sweep writes for a thread whose instant has passed.

Pure, and asked again inside the transaction: nothing is written where it is not due any more.
"""

from collections.abc import Sequence
from datetime import datetime

from services.conversations import handoff
from services.domain import paths
from services.domain.conversation import Conversation
from services.domain.documents import SERVER_TIME, Write
from services.domain.ids import digest
from services.domain.message import Message
from services.domain.operation import OperatingSettings
from services.domain.states import ConversationStatus, Direction, Owner, Role, Status


def returned(thread: Conversation, now: datetime) -> Sequence[Write]:
    """A human's time is over: the bot has the thread again."""
    fields = handoff.returned(thread, now)
    return [paths.conversation(thread.thread_id).update(fields)] if fields else []


def reopened(thread: Conversation, now: datetime, settings: OperatingSettings) -> Sequence[Write]:
    """What was put off until now is open again, on top of the lists and with a line that says so.

    Messages that wait for the same instant have a task of their own.
    """
    until = thread.scheduled_until
    if until is None or now < until:
        return []
    path = paths.conversation(thread.thread_id)
    if thread.status is not ConversationStatus.SCHEDULED:
        return [path.update({"scheduled_until": None})]
    line = Message(
        id=digest("snooze_over", thread.thread_id, until.timestamp()),
        thread_id=thread.thread_id,
        direction=Direction.INTERNAL,
        role=Role.SYSTEM,
        kind="system",
        event="snooze_over",
        status=Status.PROCESSED,
        text="",
        created_at=now,
    )
    return [
        path.update(
            {
                "scheduled_until": None,
                "status": ConversationStatus.OPEN,
                "updated_at": SERVER_TIME,
            }
        ),
        paths.message(thread.thread_id, line.id).merge(line.received(settings)),
    ]


def reminded(thread: Conversation, now: datetime) -> Sequence[Write]:
    """Nobody came: the manager is told once more, and the thread goes on waiting."""
    if thread.remind_at is None or now < thread.remind_at:
        return []
    asked = paths.conversation(thread.thread_id).update({"remind_at": None})
    if thread.owner is not Owner.WAITING:
        return [asked]
    minutes = (now - (thread.boundary_at or now)).total_seconds() // 60
    note = f"Nobody has answered for {minutes:.0f} minutes."
    name = digest("waiting", thread.thread_id, thread.owner_epoch)
    told = handoff.alert(thread, "still_waiting", now, note=note)
    return [paths.alert(name).merge(told), asked]
