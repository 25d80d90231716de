"""Waits that are over: what the sweep writes for a thread whose instant has passed.

Pure, and asked again inside the transaction: nothing is written where it is not due any more.
"""

from collections.abc import Sequence
from datetime import datetime

from services.conversations import handoff
from services.domain import paths
from services.domain.conversation import Conversation
from services.domain.documents import SERVER_TIME, Merge, Update, Write
from services.domain.ids import digest
from services.domain.states import ConversationStatus, Direction, Owner, Role, Status


def returned(thread: Conversation, now: datetime) -> Sequence[Write]:
    """A human's time is over: the bot has the thread again."""
    fields = handoff.returned(thread, now)
    return [Update(paths.conversation(thread.thread_id), fields)] if fields else []


def reopened(thread: Conversation, now: datetime, expire_at: datetime) -> Sequence[Write]:
    """What was put off until now is open again, on top of the lists and with a line that says so.

    The line is kept until `expire_at`. Messages that wait for the same instant have a task of
    their own.
    """
    until = thread.scheduled_until
    if until is None or now < until:
        return []
    fields = {"scheduled_until": None}
    if thread.status is not ConversationStatus.SCHEDULED:
        return [Update(paths.conversation(thread.thread_id), fields)]
    line = {
        "thread_id": thread.thread_id,
        "account_id": thread.account_id,
        "igsid": thread.igsid,
        "direction": Direction.INTERNAL,
        "role": Role.SYSTEM,
        "kind": "system",
        "event": "snooze_over",
        "text": "",
        "status": Status.PROCESSED,
        "created_at": now,
        "received_at": SERVER_TIME,
        "expire_at": expire_at,
    }
    name = digest("snooze_over", thread.thread_id, until.timestamp())
    opened = {"status": ConversationStatus.OPEN, "updated_at": SERVER_TIME}
    return [
        Update(paths.conversation(thread.thread_id), {**fields, **opened}),
        Merge(paths.message(thread.thread_id, name), line),
    ]


def reminded(thread: Conversation, now: datetime) -> Sequence[Write]:
    """Nobody came: the manager is told once more, and the thread goes on waiting."""
    if thread.remind_at is None or now < thread.remind_at:
        return []
    asked = Update(paths.conversation(thread.thread_id), {"remind_at": None})
    if thread.owner is not Owner.WAITING:
        return [asked]
    minutes = (now - (thread.boundary_at or now)).total_seconds() // 60
    note = f"Nobody has answered for {minutes:.0f} minutes."
    name = digest("waiting", thread.thread_id, thread.owner_epoch)
    told = handoff.alert(thread, "still_waiting", now, note=note)
    return [Merge(paths.alert(name), told), asked]
