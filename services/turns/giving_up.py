"""Messages that were tried too often: FAILED, a manager is told once, newer ones go on."""

from collections.abc import Sequence
from datetime import datetime

from services.conversations import handoff
from services.domain import paths
from services.domain.conversation import Conversation
from services.domain.documents import SERVER_TIME
from services.domain.ids import digest
from services.domain.message import Message, MessageFields
from services.domain.patch import Patch
from services.domain.states import Status

#: After so many failed turns in a row a human is waited for.
FAILED_TURNS_BEFORE_HANDOFF = 2

_REASON = "model_failure"


def give_up(
    thread: Conversation,
    messages: Sequence[Message],
    turn_id: str,
    error: str,
    now: datetime,
    *,
    alert_minutes: float,
) -> Patch:
    """What is written when `messages` will not be answered.

    The alert's name depends on the messages, or on the handoff that they lead to, so that a
    repetition finds it standing.
    """
    failed: MessageFields = {
        "status": Status.FAILED,
        "processed_at": SERVER_TIME,
        "error": error,
    }
    given_up = Patch(
        {"failed_turns": thread.failed_turns + 1},
        [paths.message(thread.thread_id, m.id).update(failed) for m in messages],
    )
    if thread.failed_turns + 1 >= FAILED_TURNS_BEFORE_HANDOFF:
        handed = handoff.hand_off(thread, _REASON, now, alert_minutes, turn_id=turn_id)
        if handed.fields:
            return given_up | Patch({"failed_turns": 0}) | handed
    name = digest("failed", thread.thread_id, *sorted(m.id for m in messages))
    told = handoff.alert(thread, _REASON, now, turn_id=turn_id)
    return given_up | Patch(writes=[paths.alert(name).merge(told)])
