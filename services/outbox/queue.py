"""Taking the head of a thread's outbox for sending, and putting it back.

At most one item of a thread is on its way. What nobody holds any more is UNCONFIRMED, never
simply sent again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.domain import paths
from services.domain.account import Account
from services.domain.conversation import Conversation, ConversationFields, SendingRecord
from services.domain.documents import Write
from services.domain.ids import account_of
from services.domain.instants import to_ms
from services.domain.message import Message
from services.domain.operation import OperatingSettings
from services.domain.patch import Patch
from services.domain.text import Text
from services.outbox import echo_matching, fate
from services.outbox.head import (
    Doubtful,
    Empty,
    LookAgain,
    QueueHead,
    SendContext,
    advance,
    look_if,
    still_held,
)
from services.outbox.times import READ_BACK_AFTER, next_check
from services.ports import Reads

#: Items that one reading of the outbox takes in.
MOST_READ = 10


@dataclass(frozen=True, slots=True)
class TakingHead:
    """Takes the head of the outbox for sending; meant for `Documents.transact`.

    Run again after its own lost commit it finds its hold and answers the same.
    """

    thread_id: str
    token: str
    now: datetime
    settings: OperatingSettings
    slot: datetime | None = None
    expected: str | None = None  #: the item that probably stands first: saves a round trip

    def __call__(self, reads: Reads) -> tuple[QueueHead, Sequence[Write]]:
        """Drop what must not be sent, hold the first item that may."""
        path, account_id = paths.conversation(self.thread_id), account_of(self.thread_id)
        hinted = [paths.message(self.thread_id, self.expected)] if self.expected else []
        stored, owned, *items = reads.get(path, paths.account(account_id), *hinted)
        if stored.fields is None:
            return Empty(), []
        thread = Conversation.from_doc(self.thread_id, stored.fields)
        account = Account.from_doc(account_id, owned.fields)
        if thread.sending is not None:
            head, patch = self._held(reads, thread, account, thread.sending)
            return head, patch.of(self.thread_id)
        if not thread.outbox or thread.outbox[0] != self.expected:
            wanted = [paths.message(self.thread_id, i) for i in thread.outbox[:MOST_READ]]
            items = reads.get(*wanted) if wanted else []
        gate = SendContext(thread, account, self.slot, self.token, self.now, self.settings)
        head, patch = advance(gate, items)
        return head, Patch(_changed(thread, patch.fields), patch.writes).of(self.thread_id)

    def _held(
        self, reads: Reads, thread: Conversation, account: Account, sending: SendingRecord
    ) -> tuple[QueueHead, Patch]:
        over, ours = self.now >= sending.until, sending.held_by(self.token)
        if over and not sending.unconfirmed:
            return self._expired(reads, thread, sending)
        if not over and not sending.unconfirmed and not ours:
            return LookAgain(at=sending.until), Patch()
        item = self._item(reads, sending)
        if ours:
            return still_held(thread, account, sending, item, self.now), Patch()
        if not over:
            return Doubtful(item=item, at=next_check(sending, self.now)), Patch()
        lost = fate.given_up(thread, item, self.now)
        return look_if(thread.after(lost.fields).outbox, self.now), lost

    def _expired(
        self, reads: Reads, thread: Conversation, sending: SendingRecord
    ) -> tuple[QueueHead, Patch]:
        """The sender did not report back: an echo tells that the item arrived, or nobody can."""
        came = echo_matching.of(reads, thread)
        item = self._item(reads, sending) if came.echoes else None
        own = echo_matching.own_among(item, came.echoes) if item is not None else None
        decided = echo_matching.decide(thread, came, own.mid if own else None, self.settings)
        if item is None or own is None:
            reason = Text("the sender did not report back")
            lost = fate.unconfirmed(thread, sending, reason, self.now)
            return LookAgain(at=self.now + READ_BACK_AFTER[0]), decided.patch | lost
        sent = fate.arrived(
            decided.thread, item, own.mid, own.created_at, self.settings, echo=decided.echo
        ) | fate.moved_on(thread, sending.id, self.now)
        return look_if(thread.after(sent.fields).outbox, self.now), decided.patch | sent

    def _item(self, reads: Reads, sending: SendingRecord) -> Message:
        (stored,) = reads.get(paths.message(self.thread_id, sending.id))
        return Message.from_doc(sending.id, stored.fields or {})


@dataclass(frozen=True, slots=True)
class PuttingBack:
    """Gives up an own hold before the call; meant for `Documents.transact`."""

    thread_id: str
    item: Message
    token: str
    settings: OperatingSettings
    now: datetime

    def __call__(self, reads: Reads) -> tuple[QueueHead, Sequence[Write]]:
        """The item is QUEUED again, if the hold is still ours; answers when to look."""
        (stored,) = reads.get(paths.conversation(self.thread_id))
        thread = Conversation.from_doc(self.thread_id, stored.fields or {})
        sending = thread.sending
        if sending is None or not sending.held_by(self.token) or self.now >= sending.until:
            return LookAgain(at=sending.until if sending else self.now), []
        # Nothing was sent under this hold: whatever came meanwhile was typed by a human.
        decided = echo_matching.decide(thread, echo_matching.of(reads, thread), None, self.settings)
        less = max(0, self.item.attempts - 1)
        back = fate.queued_again(thread, self.item, self.now, {"attempts": less})
        return LookAgain(at=self.now), (decided.patch | back).of(self.thread_id)


def _changed(thread: Conversation, fields: ConversationFields) -> ConversationFields:
    """`fields`, or none of them where the conversation has them all already."""
    due = to_ms(thread.deliver_due_at) if thread.deliver_due_at else None
    as_read = {"outbox": list(thread.outbox), "sending": None, "deliver_due_at": due}
    return {} if fields == {**as_read, "held_for": thread.held_for} else fields
