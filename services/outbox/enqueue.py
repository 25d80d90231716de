"""How messages join a thread's outbox, inside of somebody's transaction."""

from collections.abc import Sequence
from datetime import datetime

from services.domain import paths
from services.domain.conversation import Conversation, ConversationFields
from services.domain.documents import SERVER_TIME
from services.domain.instants import to_ms
from services.domain.message import Message
from services.domain.operation import OperatingSettings
from services.domain.patch import Patch
from services.domain.states import Direction, Role, Status
from services.outbox.times import DELIVERY_GRACE


def joining(
    thread: Conversation, items: Sequence[Message], settings: OperatingSettings, now: datetime
) -> Patch:
    """`items` at the end of the outbox; the lists show the last of them."""
    fields: ConversationFields = {
        "outbox": [*thread.outbox, *(item.id for item in items)],
        "last_text": items[-1].preview,
        "last_direction": Direction.OUTGOING,
        "updated_at": SERVER_TIME,
    }
    if thread.sending is None:  # else its hold says when the outbox is looked at
        fields["deliver_due_at"] = to_ms(now + DELIVERY_GRACE)
    path = paths.message
    return Patch(
        fields, [path(thread.thread_id, item.id).create(item.queued(settings)) for item in items]
    )


def system_text(thread: Conversation, item_id: str, text: str, kind: str, now: datetime) -> Message:
    """A text of the system's own."""
    return Message(
        id=item_id,
        thread_id=thread.thread_id,
        direction=Direction.OUTGOING,
        role=Role.SYSTEM,
        kind=kind,
        status=Status.QUEUED,
        text=text,
        owner_epoch=thread.owner_epoch,
        created_at=now,
    )
