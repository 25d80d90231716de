"""Messages that were tried too often: FAILED, a manager is told once, newer ones go on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services import ownership
from services.domain.conversation import Conversation
from services.domain.documents import SERVER_TIME, Merge, Update, Write
from services.domain.ids import digest
from services.domain.message import Message
from services.domain.states import Owner, Status

#: After so many failed turns in a row a human is waited for.
FAILED_TURNS_BEFORE_HANDOFF = 2


@dataclass(frozen=True, slots=True)
class GivenUp:
    """The writes for the messages, and the fields for their conversation."""

    writes: Sequence[Write]
    fields: dict[str, Any]


def give_up(
    thread: Conversation, messages: Sequence[Message], turn_id: str, error: str, now: datetime
) -> GivenUp:
    """What is written when `messages` will not be answered.

    The alert's name depends on the messages, so that a repetition finds it standing.
    """
    path = f"conversations/{thread.thread_id}"
    failed = {"status": Status.FAILED, "processed_at": SERVER_TIME, "error": error}
    alert = {
        "thread_id": thread.thread_id,
        "account_id": thread.account_id,
        "turn_id": turn_id,
        "reason": "model_failure",
        "status": Status.QUEUED,
        "created_at": now,
    }
    name = digest("failed", thread.thread_id, *sorted(m.id for m in messages))
    fields: dict[str, Any] = {"failed_turns": thread.failed_turns + 1}
    if thread.failed_turns + 1 >= FAILED_TURNS_BEFORE_HANDOFF:
        fields |= ownership.change(thread, Owner.WAITING, now, until=None, reason="model_failure")
    return GivenUp(
        [
            *(Update(f"{path}/messages/{m.id}", failed) for m in messages),
            Merge(f"manager_alerts/{name}", alert),
        ],
        fields,
    )
