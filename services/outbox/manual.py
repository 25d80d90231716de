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
from services.domain.bubbles import split
from services.domain.contents import label
from services.domain.conversation import Conversation
from services.domain.documents import SERVER_TIME, Create, Update, Write
from services.domain.entries import expiry
from services.domain.ids import account_of
from services.domain.instants import to_ms
from services.domain.linking import without_token
from services.domain.message import Message
from services.domain.operation import Operation
from services.domain.sendable import WINDOW_CLOSED, human_agent_refusal
from services.domain.states import Direction, Role, Status
from services.domain.terms import terms
from services.domain.text import Text
from services.errors import Rejected
from services.outbox.delivered import arrived
from services.outbox.queue import DELIVERY_GRACE, moved_on
from services.ports import Clock, Documents, Ids, Reads
from services.store.live_settings import LiveSettings
from services.tasks import Looks

#: What other services may send.
KINDS = ("verification", "acknowledgement", "custom")
LONGEST_TEXT = 10_000
MOST_ATTACHMENTS = 10


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
    deliveries: Looks
    settings: LiveSettings
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
        contents = _contents(text, kind, operator, attachments, reply_to_mid)
        send_id = key or self.ids.new()
        operation = self.settings.account(account_of(thread_id)).operation
        now = self.clock.now()
        kept = {"expire_at": expiry(now, operation)}
        queueing = Queueing(
            thread_id,
            send_id,
            tuple({**content, **kept} for content in contents),
            operator,
            operation.handoff_minutes,
            now,
        )
        queued = self.documents.transact(queueing)
        self.deliveries.soon(thread_id, self.ids.new())
        return queued

    def resend(self, thread_id: str, item_id: str, by: Writer) -> Queued:
        """Send a failed or unsettled item once more, as a new item at the end of the line.

        The person has looked whether it arrived. Raises `Rejected`.
        """
        work = Resending(thread_id, item_id, self.ids.new(), by, self.clock.now())
        queued = self.documents.transact(work)
        self.deliveries.soon(thread_id, self.ids.new())
        return queued

    def arrived(self, thread_id: str, item_id: str, by: Writer) -> None:
        """A person saw in the Instagram app that an unsettled item did arrive; `Rejected`."""
        operation = self.settings.account(account_of(thread_id)).operation
        now = self.clock.now()
        self.documents.transact(
            lambda reads: _arrived(reads, thread_id, item_id, by, operation, now=now)
        )
        self.deliveries.soon(thread_id, self.ids.new())


@dataclass(frozen=True, slots=True)
class Queueing:
    """Checks that a message may be sent, and puts it into the line; for `Documents.transact`."""

    thread_id: str
    send_id: str
    contents: Sequence[Mapping[str, Any]]
    operator: Writer | None
    handoff_minutes: float
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
        refusal = refusal_of(
            thread, Account.from_doc(account_id, owned.fields), self.operator, self.now
        )
        if refusal is not None:
            raise Rejected(refusal)
        fields = self._fields(thread, ids)
        epoch = int(fields.get("owner_epoch", thread.owner_epoch))
        items = [
            Create(
                paths.message(self.thread_id, item_id), self._item(thread, number, content, epoch)
            )
            for number, (item_id, content) in enumerate(zip(ids, self.contents, strict=True))
        ]
        return queued, [*items, Update(path, fields)]

    def _fields(self, thread: Conversation, ids: Sequence[str]) -> dict[str, Any]:
        content = self.contents[-1]
        last = str(content.get("text") or label("attachment", content.get("attachments", ())))
        fields: dict[str, Any] = {
            "outbox": [*thread.outbox, *ids],
            "last_text": last[:120],
            "last_direction": Direction.OUTGOING,
            "updated_at": SERVER_TIME,
        }
        if thread.sending is None:
            fields["deliver_due_at"] = to_ms(self.now + DELIVERY_GRACE)
        if self.operator is not None:
            minutes = self.handoff_minutes
            fields |= handoff.wrote(
                thread, self.now, minutes=minutes, reason="operator", by=self.operator.name
            )
        return fields

    def _item(
        self, thread: Conversation, number: int, content: Mapping[str, Any], epoch: int
    ) -> dict[str, Any]:
        by = self.operator
        signed = {"operator_id": by.id, "operator_name": by.name} if by else {}
        return {
            "thread_id": thread.thread_id,
            "account_id": thread.account_id,
            "igsid": thread.igsid,
            "direction": Direction.OUTGOING,
            "role": Role.HUMAN if by else Role.SYSTEM,
            "source": "office" if by else "internal_api",
            **content,
            "terms": terms(str(content.get("text") or "")),
            **signed,
            "status": Status.QUEUED,
            "attempts": 0,
            "owner_epoch": epoch,
            "created_at": self.now + timedelta(microseconds=number),
            "queued_at": self.now,
        }


@dataclass(frozen=True, slots=True)
class Resending:
    """A copy of an item joins the line; the old one says so. For `Documents.transact`."""

    thread_id: str
    item_id: str
    new_id: str
    by: Writer
    now: datetime

    def __call__(self, reads: Reads) -> tuple[Queued, Sequence[Write]]:
        """What is queued; raises `Rejected`."""
        path, account_id = paths.conversation(self.thread_id), account_of(self.thread_id)
        queued = Queued(self.thread_id, (self.new_id,))
        stored, owned, old, new = reads.get(
            path,
            paths.account(account_id),
            paths.message(self.thread_id, self.item_id),
            paths.message(self.thread_id, self.new_id),
        )
        if new.fields is not None:
            return queued, []
        item = _decidable(self.item_id, old.fields, (Status.FAILED, Status.CANCELLED))
        if known := (old.fields or {}).get("resent_as"):
            return Queued(self.thread_id, (str(known),)), []
        if without_token(item):
            raise Rejected(Text("The secret of this link is not kept: have a new link sent."))
        thread = Conversation.from_doc(self.thread_id, stored.fields or {})
        account = Account.from_doc(account_id, owned.fields)
        writer = self.by if item.operator else None
        refusal = refusal_of(thread, account, writer, self.now)
        if refusal is not None:
            raise Rejected(refusal)
        copy = {
            **(old.fields or {}),
            "status": Status.QUEUED,
            "attempts": 0,
            "error": None,
            "unsettled": None,
            "awaits_echo": None,
            "failed_at": None,
            "next_attempt_at": None,
            "owner_epoch": thread.owner_epoch,
            "resent_from": self.item_id,
            "resent_by": self.by.id,
            "created_at": self.now,
            "queued_at": self.now,
        }
        fields: dict[str, Any] = {
            "outbox": [*thread.outbox, self.new_id],
            "updated_at": SERVER_TIME,
        }
        if thread.sending is None:
            fields["deliver_due_at"] = to_ms(self.now + DELIVERY_GRACE)
        decided = {"unsettled": None, "resent_as": self.new_id}
        return queued, [
            Create(paths.message(self.thread_id, self.new_id), copy),
            Update(paths.message(self.thread_id, self.item_id), decided),
            Update(path, fields),
        ]


def refusal_of(
    thread: Conversation, account: Account, operator: Writer | None, now: datetime
) -> Text | None:
    """Why a message cannot be sent to the thread now, or None: decided before it is queued."""
    if thread.last_inbound_at is None:
        return Text("Instagram lets a business write only after the person has written.")
    if thread.opted_out and operator is None:
        return Text("The person has opted out of messages.")
    if thread.window_open(now):
        return None
    if operator is None:
        return Text("%(why)s: only a person of the team may write now.", why=WINDOW_CLOSED)
    return human_agent_refusal(thread, account, now)


def _contents(
    text: str,
    kind: str,
    operator: Writer | None,
    attachments: Sequence[Mapping[str, Any]],
    reply_to_mid: str | None,
) -> list[dict[str, Any]]:
    if operator is None and kind not in KINDS:
        raise Rejected(Text("The kind must be one of %(kinds)s.", kinds=", ".join(KINDS)))
    if len(text) > LONGEST_TEXT:
        raise Rejected(Text("A message has at most %(most)s characters.", most=LONGEST_TEXT))
    if len(attachments) > MOST_ATTACHMENTS:
        raise Rejected(Text("A message has at most %(most)s attachments.", most=MOST_ATTACHMENTS))
    files = [_file(attachment) for attachment in attachments]
    texts: list[dict[str, Any]] = [{"kind": kind, "text": part} for part in split(text)]
    if not files and not texts:
        raise Rejected(Text("The message is empty."))
    if reply_to_mid and texts:
        texts[0]["reply_to_mid"] = reply_to_mid
    return [*files, *texts]


def _file(attachment: Mapping[str, Any]) -> dict[str, Any]:
    sort, url = attachment.get("type"), str(attachment.get("url") or "")
    if sort not in ("image", "audio", "video", "file"):
        raise Rejected(Text("An attachment is an image, audio, video or file."))
    if attachment.get("attachment_id"):
        payload = {"attachment_id": str(attachment["attachment_id"])}
        known = {key: attachment[key] for key in ("name", "size") if attachment.get(key)}
        uploaded = {"type": sort, "payload": payload, **known}
        return {"kind": "attachment", "text": "", "attachments": [uploaded]}
    if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise Rejected(Text("An attachment needs a public https address."))
    return {"kind": "attachment", "text": "", "attachments": [{"type": sort, "url": url}]}


def _decidable(item_id: str, fields: Mapping[str, Any] | None, states: Sequence[Status]) -> Message:
    if fields is None or fields.get("direction") != Direction.OUTGOING:
        raise Rejected(Text("There is no such outgoing message."))
    item = Message.from_doc(item_id, fields)
    if item.status not in states:
        raise Rejected(
            Text("The message is %(status)s: there is nothing to decide.", status=item.status)
        )
    return item


def _arrived(
    reads: Reads, thread_id: str, item_id: str, by: Writer, settings: Operation, *, now: datetime
) -> tuple[None, Sequence[Write]]:
    path = paths.conversation(thread_id)
    stored, found = reads.get(path, paths.message(thread_id, item_id))
    if (found.fields or {}).get("settled_by"):
        return None, []  # said before: by this very call, whose answer was lost, or a colleague
    item = _decidable(item_id, found.fields, (Status.FAILED, Status.UNCONFIRMED))
    if item.status is Status.FAILED and not (found.fields or {}).get("unsettled"):
        raise Rejected(Text("The message did not arrive: Instagram has refused it."))
    thread = Conversation.from_doc(thread_id, stored.fields or {})
    sent, fields = arrived(thread, item, item.mid, item.sending_at or now, settings)
    if thread.sending is not None and thread.sending.id == item_id:
        fields |= moved_on(thread, item_id, now)
    return None, [Update(found.path, {**sent, "settled_by": by.id}), Update(path, fields)]
