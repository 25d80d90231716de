"""An unconfirmed item is settled by what Instagram's own history says of it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services import undecided
from services.domain.call import Heard
from services.domain.conversation import Conversation
from services.domain.documents import SERVER_TIME, Query, Update, Write
from services.domain.instants import to_ms
from services.domain.linking import without_token
from services.domain.message import Message
from services.domain.states import Status
from services.lines import DELIVERY_GRACE
from services.ports import Reads

#: A message of the same text is the item's if it is no older than its call and not much younger.
NOT_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Settling:
    """Records an unconfirmed item as SENT where `heard` holds it; for `Documents.transact`.

    A message that is stored already is somebody else's: an earlier bubble of the same text, or
    a human's.
    """

    thread_id: str
    item: Message
    account_id: str
    heard: Sequence[Heard]
    now: datetime

    def __call__(self, reads: Reads) -> tuple[bool, Sequence[Write]]:
        """Whether it was found; the line then moves on."""
        path = f"conversations/{self.thread_id}"
        (stored,) = reads.get(path)
        thread = Conversation.from_doc(self.thread_id, stored.fields or {})
        sending = thread.sending
        if sending is None or sending.id != self.item.id or not sending.unconfirmed:
            return False, []
        for heard in self.heard:
            known = Query(f"{path}/messages", where=[("mid", "==", heard.mid)], limit=1)
            if is_of(self.item, heard, self.account_id) and not reads.query(known):
                return True, _settled(thread, self.item, heard, self.now)
        return False, []


def is_of(item: Message, heard: Heard, account_id: str) -> bool:
    """Whether a message of Instagram's history can be the item: by text and time."""
    if heard.sender_id != account_id or item.sending_at is None or not heard.readable:
        return False
    # History has whole seconds, and Meta's clock is its own.
    earliest = datetime.fromtimestamp(math.floor(item.sending_at.timestamp()) - 1, UTC)
    if not earliest <= heard.created_at <= item.sending_at + NOT_AFTER:
        return False
    return bool(heard.attachments) if item.attachments else heard.text == item.text


def _settled(thread: Conversation, item: Message, heard: Heard, now: datetime) -> list[Write]:
    path = f"conversations/{thread.thread_id}"
    outbox = [other for other in thread.outbox if other != item.id]
    due = to_ms(now + DELIVERY_GRACE) if outbox else None
    sent = {"status": Status.SENT, "mid": heard.mid, "sent_at": heard.created_at, "error": None}
    sent |= {**without_token(item), **undecided.told({"attachments": heard.attachments})}
    fields = {"sending": None, "outbox": outbox, "deliver_due_at": due, "updated_at": SERVER_TIME}
    return [Update(f"{path}/messages/{item.id}", sent), Update(path, fields)]
