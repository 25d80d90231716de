"""Proving who a person is to the business: tokens are issued, sent as links, and used once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from services.contacts.connecting import Offer, issued, item_of, offered, remembered
from services.domain import linking, paths, schedule
from services.domain.account import Account
from services.domain.contact import ContactFields
from services.domain.conversation import Conversation, ConversationFields
from services.domain.documents import Write
from services.domain.ids import account_of, digest, igsid_of, thread_id
from services.domain.message import Message
from services.domain.sendable import refusal_of
from services.domain.task import Kind, Task
from services.domain.text import Text
from services.errors import BadBody, Conflict, Rejected
from services.ports import Clock, Documents, Reads, TaskQueue
from services.store.live_settings import SettingsCache

Verdict = Literal["connected", "unknown", "expired", "used"]


@dataclass(frozen=True, slots=True)
class Issued:
    """A token's public side; the token itself is never given away."""

    token_hash: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Queued:
    """A link that was put into the line: its id, and its mid once Instagram has given one."""

    id: str
    mid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Linking:
    """Account linking of one account."""

    documents: Documents
    deliveries: TaskQueue
    settings: SettingsCache
    clock: Clock
    account_id: str
    public_url: str
    new_token: Callable[[], str]  #: 32 random bytes in hex

    def offer(self) -> Offer:
        """A fresh token for a link that may have to be sent."""
        return Offer(self.public_url, self.new_token())

    def generate(self, igsid: str, event_id: str) -> Issued:
        """Issue a token in the place of the person's live one; the same event gives the same."""
        hashed = linking.hash_of(self.new_token())
        now = self.clock.now()

        def work(reads: Reads) -> tuple[Issued, Sequence[Write]]:
            thread = self._thread(reads, igsid)
            before = thread.verification or {}
            if linking.live(before, now) and before.get("event_id") == event_id:
                return Issued(before["hash"], before["expires_at"]), []
            record = remembered(hashed, now, event_id)
            return Issued(hashed, record["expires_at"]), [
                *issued(thread, hashed, now, event_id),
                paths.conversation(thread.thread_id).merge(
                    {**self._parties(igsid), "verification": record}
                ),
            ]

        return self.documents.transact(work)

    def send(self, igsid: str, token: str) -> Queued:
        """Send the link of a token of the caller's; repeating it sends nothing again.

        Raises `BadBody` for what is no token, `Conflict` for one that was used, has expired, or
        is somebody else's, and `Rejected` where nothing may be sent to the person now.
        """
        if not linking.is_token(token):
            raise BadBody("token_plain must be 64 lower-case hex digits.")
        thread_id_ = thread_id(self.account_id, igsid)
        settings = self.settings.account(self.account_id).operation
        now = self.clock.now()

        def work(reads: Reads) -> tuple[Queued, Sequence[Write]]:
            thread = self._thread(reads, igsid)
            hashed = linking.hash_of(token)
            item_id = item_of(hashed)
            known, item = reads.get(
                paths.token(hashed),
                paths.message(thread_id_, item_id),
            )
            if known.fields is not None:
                _require_live(known.fields, thread_id_, now)
            if item.fields is not None:
                return Queued(item_id, Message.from_doc(item_id, item.fields).mid), []
            account = Account(id=self.account_id)
            if refusal := refusal_of(thread, account, now, by_person=False):
                raise Rejected(refusal)
            event_id = str((known.fields or {}).get("event_id", ""))
            made = offered(thread, Offer(self.public_url, token), settings, now, event_id)
            writes = [w for w in made.writes if known.fields is None or w.path != known.path]
            fields = self._parties(igsid) | made.fields
            return Queued(item_id), [*writes, paths.conversation(thread_id_).merge(fields)]

        queued = self.documents.transact(work)
        look = schedule.delivery_of_turn(thread_id_, queued.id, now)
        self.deliveries.ensure(look, Task(Kind.DELIVERY, thread_id_, queued.id).body())
        return queued

    def connect(self, token: str, igsid: str, user_id: str = "") -> Verdict:
        """Use a token: the person is connected, to `user_id` or to their own id. Once."""
        if not linking.is_token(token):
            return "unknown"
        now = self.clock.now()

        def work(reads: Reads) -> tuple[Verdict, Sequence[Write]]:
            (known,) = reads.get(paths.token(linking.hash_of(token)))
            fields = known.fields
            if fields is None or fields.get("igsid") != igsid:
                return "unknown", []
            if fields.get("status") == "consumed":
                return "used", []
            if fields.get("status") != "issued" or now >= fields["expires_at"]:
                return "expired", []
            thread = str(fields["thread_id"])
            linked: ContactFields = {
                "account_id": account_of(thread),
                "igsid": igsid_of(thread),
                "connected_user_id": user_id or igsid,
                "connected_at": now,
            }
            return "connected", [
                paths.token(known.id).update({"status": "consumed", "consumed_at": now}),
                paths.contact(thread).merge(linked),
                paths.conversation(thread).merge(
                    {
                        "account_id": account_of(thread),
                        "igsid": igsid_of(thread),
                        "connected_at": now,
                        "verification": None,
                    }
                ),
            ]

        return self.documents.transact(work)

    def _thread(self, reads: Reads, igsid: str) -> Conversation:
        name = thread_id(self.account_id, igsid)
        (stored,) = reads.get(paths.conversation(name))
        return Conversation.from_doc(name, {**self._parties(igsid), **(stored.fields or {})})

    def _parties(self, igsid: str) -> ConversationFields:
        return {"account_id": self.account_id, "igsid": igsid}


def _require_live(fields: dict[str, Any], thread: str, now: datetime) -> None:
    if fields.get("thread_id") != thread:
        raise Conflict(Text("The token was issued for somebody else."))
    if fields.get("status") != "issued" or now >= fields["expires_at"]:
        raise Conflict(Text("The token was used or has expired."))


def event_of(messages: Sequence[Message]) -> str:
    """The event that a link answers: the messages that it was sent for."""
    return digest(*sorted(message.id for message in messages))
