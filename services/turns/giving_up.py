"""Messages that were tried too often: FAILED, a manager is told once, newer ones go on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.conversations import handoff
from services.domain import paths
from services.domain.conversation import Conversation
from services.domain.documents import SERVER_TIME, Merge, Update, Write
from services.domain.ids import digest
from services.domain.message import Message
from services.domain.states import Status

#: After so many failed turns in a row a human is waited for.
FAILED_TURNS_BEFORE_HANDOFF = 2

_REASON = "model_failure"


@dataclass(frozen=True, slots=True)
class GivenUp:
    """The writes for the messages, and the fields for their conversation."""

    writes: Sequence[Write]
    fields: dict[str, Any]


def give_up(
    thread: Conversation,
    messages: Sequence[Message],
    turn_id: str,
    error: str,
    now: datetime,
    *,
    alert_minutes: float,
) -> GivenUp:
    """What is written when `messages` will not be answered.

    The alert's name depends on the messages, or on the handoff that they lead to, so that a
    repetition finds it standing.
    """
    path = paths.messages(thread.thread_id)
    failed = {"status": Status.FAILED, "processed_at": SERVER_TIME, "error": error}
    writes: list[Write] = [Update(f"{path}/{m.id}", failed) for m in messages]
    fields: dict[str, Any] = {"failed_turns": thread.failed_turns + 1}
    if thread.failed_turns + 1 >= FAILED_TURNS_BEFORE_HANDOFF:
        handed = handoff.hand_off(thread, _REASON, now, alert_minutes, turn_id=turn_id)
        if handed.fields:
            return GivenUp([*writes, *handed.alerts], {"failed_turns": 0, **handed.fields})
    name = digest("failed", thread.thread_id, *sorted(m.id for m in messages))
    told = handoff.alert(thread, _REASON, now, turn_id=turn_id)
    return GivenUp([*writes, Merge(paths.alert(name), told)], fields)
