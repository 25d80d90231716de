"""An unconfirmed item is settled by what Instagram's own history says of it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.domain import paths
from services.domain.call import HistoryMessage
from services.domain.conversation import Conversation
from services.domain.documents import Query, Write
from services.domain.ids import account_of
from services.domain.message import Message
from services.domain.operation import OperatingSettings
from services.outbox import fate
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
    heard: Sequence[HistoryMessage]
    settings: OperatingSettings
    now: datetime

    def __call__(self, reads: Reads) -> tuple[bool, Sequence[Write]]:
        """Whether it was found, here or before: the line moves on."""
        (stored,) = reads.get(paths.conversation(self.thread_id))
        thread = Conversation.from_doc(self.thread_id, stored.fields or {})
        sending = thread.sending
        if sending is None or sending.id != self.item.id:
            return True, []  # by this very call, whose answer was lost, by its echo, or a person
        if not sending.unconfirmed:
            return False, []
        for heard in self.heard:
            known = Query(paths.messages(self.thread_id), where=[("mid", "==", heard.mid)], limit=1)
            if is_of(self.item, heard, account_of(self.thread_id)) and not reads.query(known):
                return True, self._settled(thread, heard)
        return False, []

    def _settled(self, thread: Conversation, heard: HistoryMessage) -> list[Write]:
        shown = {"attachments": heard.attachments}
        sent = fate.arrived(
            thread, self.item, heard.mid, heard.created_at, self.settings, echo=shown
        )
        return (sent | fate.moved_on(thread, self.item.id, self.now)).of(self.thread_id)


def is_of(item: Message, heard: HistoryMessage, account_id: str) -> bool:
    """Whether a message of Instagram's history can be the item: by text and time."""
    if heard.sender_id != account_id or item.sending_at is None or not heard.readable:
        return False
    # History has whole seconds, and Meta's clock is its own.
    earliest = datetime.fromtimestamp(math.floor(item.sending_at.timestamp()) - 1, UTC)
    if not earliest <= heard.created_at <= item.sending_at + NOT_AFTER:
        return False
    return bool(heard.attachments) if item.attachments else heard.text == item.text
