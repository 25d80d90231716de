"""Messages that are written by hand or by another service: into the same line as all others.

What a signed-in operator writes may go under Meta's Human Agent permission between 24 h and 7
days, and makes the conversation the operator's. What another service of the business sends may
not, and changes no owner.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.conversations import handoff
from services.domain import paths
from services.domain.account import Account
from services.domain.conversation import Conversation, ConversationFields
from services.domain.documents import Write
from services.domain.ids import account_of
from services.domain.message import Message
from services.domain.operation import OperatingSettings
from services.domain.patch import Patch
from services.domain.sendable import refusal_of
from services.domain.states import Direction, Role, Status
from services.errors import Rejected
from services.outbox.by_person import Resending, Seen
from services.outbox.compose import Content, contents_of
from services.outbox.enqueue import joining
from services.ports import Clock, Documents, Ids, Reads
from services.store.live_settings import SettingsCache
from services.tasks import ThreadTasks


@dataclass(frozen=True, slots=True)
class Writer:
    """The signed-in person who wrote a message."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Queued:
    """What was put into the line: the ids of its items, in order."""

    thread_id: str
    item_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manual:
    """Queues messages that no turn wrote, and carries out what a person decides about others."""

    documents: Documents
    deliveries: ThreadTasks
    settings: SettingsCache
    clock: Clock
    ids: Ids

    def queue_manual(
        self,
        thread_id: str,
        text: str,
        kind: str = "text",
        operator: Writer | None = None,
        *,
        attachments: Sequence[Mapping[str, Any]] = (),
        reply_to_mid: str | None = None,
        key: str = "",
    ) -> Queued:
        """Queue a message, attachments first and each by itself, long texts in parts.

        Asked twice with the same `key`, it is queued once. Raises `Rejected` with the reason for
        a person to read, and then nothing is queued; `Unavailable` when the store or the queue
        cannot be reached.
        """
        contents = contents_of(
            text, kind, attachments, reply_to_mid, by_person=operator is not None
        )
        operation = self.settings.account(account_of(thread_id)).operation
        send_id, now = key or self.ids.new(), self.clock.now()
        queueing = Enqueue(thread_id, send_id, contents, operator, operation, now)
        queued = self.documents.transact(queueing)
        self.deliveries.soon(thread_id, self.ids.new())
        return queued

    def resend(self, thread_id: str, item_id: str, by: Writer) -> Queued:
        """Send a failed or unsettled item once more, as a new item at the end of the line.

        The person has looked whether it arrived. Raises `Rejected`.
        """
        operation = self.settings.account(account_of(thread_id)).operation
        work = Resending(thread_id, item_id, self.ids.new(), by.id, operation, self.clock.now())
        queued = Queued(thread_id, (self.documents.transact(work),))
        self.deliveries.soon(thread_id, self.ids.new())
        return queued

    def arrived(self, thread_id: str, item_id: str, by: Writer) -> None:
        """A person saw in the Instagram app that an unsettled item did arrive; `Rejected`."""
        operation = self.settings.account(account_of(thread_id)).operation
        self.documents.transact(Seen(thread_id, item_id, by.id, operation, self.clock.now()))
        self.deliveries.soon(thread_id, self.ids.new())


@dataclass(frozen=True, slots=True)
class Enqueue:
    """Checks that a message may be sent, and puts it into the line; for `Documents.transact`."""

    thread_id: str
    send_id: str
    contents: Sequence[Content]
    operator: Writer | None
    settings: OperatingSettings
    now: datetime

    def __call__(self, reads: Reads) -> tuple[Queued, Sequence[Write]]:
        """What is queued; raises `Rejected`."""
        path, account_id = paths.conversation(self.thread_id), account_of(self.thread_id)
        ids = tuple(f"{self.send_id}-{number}" for number in range(len(self.contents)))
        queued = Queued(self.thread_id, ids)
        stored, owned, first = reads.get(
            path, paths.account(account_id), paths.message(self.thread_id, ids[0])
        )
        if first.fields is not None:
            return queued, []
        thread = Conversation.from_doc(self.thread_id, stored.fields or {})
        account, by_person = Account.from_doc(account_id, owned.fields), self.operator is not None
        refusal = refusal_of(thread, account, self.now, by_person=by_person)
        if refusal is not None:
            raise Rejected(refusal)
        taken = Patch(self._taken(thread))
        epoch = thread.after(taken.fields).owner_epoch
        items = [
            self._item(item_id, number, content, epoch)
            for number, (item_id, content) in enumerate(zip(ids, self.contents, strict=True))
        ]
        patch = joining(thread, items, self.settings, self.now) | taken
        return queued, patch.of(self.thread_id)

    def _taken(self, thread: Conversation) -> ConversationFields:
        """What an operator writes makes the conversation theirs."""
        if self.operator is None:
            return {}
        minutes, by = self.settings.handoff_minutes, self.operator.name
        return handoff.human_replied(thread, self.now, minutes=minutes, reason="operator", by=by)

    def _item(self, item_id: str, number: int, content: Content, epoch: int) -> Message:
        by = self.operator
        return Message(
            id=item_id,
            thread_id=self.thread_id,
            direction=Direction.OUTGOING,
            role=Role.HUMAN if by else Role.SYSTEM,
            source="office" if by else "internal_api",
            kind=content.kind,
            status=Status.QUEUED,
            text=content.text,
            attachments=content.attachments,
            reply_to_mid=content.reply_to_mid,
            operator=by.id if by else None,
            operator_name=by.name if by else None,
            owner_epoch=epoch,
            created_at=self.now + timedelta(microseconds=number),
        )
