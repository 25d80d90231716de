"""What a person decides about a bubble that did not go, or of whose fate nobody knows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.domain import paths
from services.domain.account import Account
from services.domain.conversation import Conversation
from services.domain.documents import Write
from services.domain.ids import account_of
from services.domain.linking import without_token
from services.domain.message import Message
from services.domain.operation import OperatingSettings
from services.domain.patch import Patch
from services.domain.sendable import refusal_of
from services.domain.states import Direction, Status
from services.domain.text import Text
from services.errors import Rejected
from services.outbox import fate
from services.outbox.enqueue import joining
from services.ports import Reads


@dataclass(frozen=True, slots=True)
class Resending:
    """A copy of an item joins the line; the old one says so. For `Documents.transact`."""

    thread_id: str
    item_id: str
    new_id: str
    by_id: str
    settings: OperatingSettings
    now: datetime

    def __call__(self, reads: Reads) -> tuple[str, Sequence[Write]]:
        """The id of the copy; raises `Rejected`."""
        path, account_id = paths.conversation(self.thread_id), account_of(self.thread_id)
        stored, owned, old, new = reads.get(
            path,
            paths.account(account_id),
            paths.message(self.thread_id, self.item_id),
            paths.message(self.thread_id, self.new_id),
        )
        if new.fields is not None:
            return self.new_id, []
        item = _decidable(self.item_id, old.fields, (Status.FAILED, Status.CANCELLED))
        if known := (old.fields or {}).get("resent_as"):
            return str(known), []
        if without_token(item):
            raise Rejected(Text("The secret of this link is not kept: have a new link sent."))
        thread = Conversation.from_doc(self.thread_id, stored.fields or {})
        account = Account.from_doc(account_id, owned.fields)
        refusal = refusal_of(thread, account, self.now, by_person=item.operator is not None)
        if refusal is not None:
            raise Rejected(refusal)
        copy = replace(
            item,
            id=self.new_id,
            status=Status.QUEUED,
            attempts=0,
            mid=None,
            sending_at=None,
            next_attempt_at=None,
            error=None,
            failed_at=None,
            owner_epoch=thread.owner_epoch,
            resent_from=self.item_id,
            resent_by=self.by_id,
            created_at=self.now,
        )
        resent = paths.message(self.thread_id, self.item_id).update(
            {"unsettled": None, "resent_as": self.new_id}
        )
        patch = joining(thread, [copy], self.settings, self.now) | Patch(writes=[resent])
        return self.new_id, patch.of(self.thread_id)


@dataclass(frozen=True, slots=True)
class Seen:
    """A person saw in the Instagram app that an item did arrive; for `Documents.transact`."""

    thread_id: str
    item_id: str
    by_id: str
    settings: OperatingSettings
    now: datetime

    def __call__(self, reads: Reads) -> tuple[None, Sequence[Write]]:
        """The item is SENT, and no longer holds the outbox; raises `Rejected`."""
        stored, found = reads.get(
            paths.conversation(self.thread_id), paths.message(self.thread_id, self.item_id)
        )
        fields = found.fields or {}
        if fields.get("settled_by"):
            return None, []  # said before: by this very call, whose answer was lost, or a colleague
        item = _decidable(self.item_id, found.fields, (Status.FAILED, Status.UNCONFIRMED))
        if item.status is Status.FAILED and not fields.get("unsettled"):
            raise Rejected(Text("The message did not arrive: Instagram has refused it."))
        thread, at = Conversation.from_doc(self.thread_id, stored.fields or {}), item.sending_at
        patch = fate.arrived(
            thread, item, item.mid, at or self.now, self.settings, settled_by=self.by_id
        )
        if thread.sending is not None and thread.sending.id == self.item_id:
            patch |= fate.moved_on(thread, self.item_id, self.now)
        return None, patch.of(self.thread_id)


def _decidable(item_id: str, fields: Mapping[str, Any] | None, states: Sequence[Status]) -> Message:
    if fields is None or fields.get("direction") != Direction.OUTGOING:
        raise Rejected(Text("There is no such outgoing message."))
    item = Message.from_doc(item_id, fields)
    if item.status not in states:
        raise Rejected(
            Text("The message is %(status)s: there is nothing to decide.", status=item.status)
        )
    return item
