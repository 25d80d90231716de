"""A look that the agent asked for: at its instant it becomes a message that a turn answers."""

from dataclasses import replace
from datetime import datetime

from services.domain import paths
from services.domain.conversation import Conversation
from services.domain.documents import Create
from services.domain.ids import digest
from services.domain.message import Message
from services.domain.operation import OperatingSettings
from services.domain.policy import Claim, Nothing, Step, Wait, unconnected
from services.domain.states import ConversationStatus, Direction, Role, Status

#: The kind of the message that stands for it.
KIND = "follow_up"


def next_step(thread: Conversation, settings: OperatingSettings, now: datetime) -> Step:
    """What a thread without waiting messages needs because of its follow-up.

    A person's message, a change of owner, a closed window or a closed conversation undo it, and
    so does a person who must connect first.
    """
    plan = thread.follow_up
    if (
        plan is None
        or plan.owner_epoch != thread.owner_epoch
        or not thread.bot_may_speak(now)
        or thread.status is ConversationStatus.CLOSED
        or unconnected(thread, settings)
        or not thread.window_open(max(now, plan.at))
    ):
        return Nothing()
    if now < plan.at:
        return Wait(plan.at, KIND)
    return Claim((_message(thread, plan.note, plan.at),))


def stored(message: Message, settings: OperatingSettings) -> Create:
    """The message as the claim stores it: from here on it is retried like any other."""
    claimed = replace(message, status=Status.PROCESSING, attempts=message.attempts + 1)
    return paths.message(message.thread_id, message.id).create(claimed.received(settings))


def _message(thread: Conversation, note: str, at: datetime) -> Message:
    return Message(
        id=digest(KIND, thread.thread_id, at.timestamp()),
        thread_id=thread.thread_id,
        direction=Direction.INTERNAL,
        role=Role.SYSTEM,
        kind=KIND,
        status=Status.PENDING,
        text=note,
        created_at=at,
    )
