"""Sending by hand: an operator's words join the thread's line, and what failed is tried again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services import audit, ownership
from services.domain import schedule
from services.domain.bubbles import split
from services.domain.conversation import Conversation
from services.domain.documents import SERVER_TIME, Create, Update, Write
from services.domain.instants import to_ms
from services.domain.states import ConversationStatus, Direction, Owner, Role, Status
from services.domain.terms import terms
from services.errors import Rejected
from services.lines import DELIVERY_GRACE
from services.live_settings import LiveSettings
from services.office_access import Operator
from services.office_actions import NoSuchThread
from services.ports import Clock, Documents, Ids, Reads, TaskQueue

#: So long after the person's last message a human may still write, with Meta's permission
#: (Instagram Platform documentation, Human Agent).
HUMAN_WINDOW = timedelta(days=7)
LONGEST_TEXT = 10_000


@dataclass(frozen=True, slots=True)
class OfficeSending:
    """Puts an operator's messages into the line and decides what nobody else can."""

    documents: Documents
    deliveries: TaskQueue
    settings: LiveSettings
    clock: Clock
    ids: Ids
    clock_margin_seconds: float

    def reply(self, thread_id: str, text: str, by: Operator, *, key: str = "") -> None:
        """Queue `text` as one message or several; the conversation is the operator's now.

        `key` is one page's word for this message: sent twice with it, it is queued once. Raises
        `Rejected` with the reason, and nothing is queued.
        """
        parts = pieces(text)
        now, send_id = self.clock.now(), key or self.ids.new()
        minutes = self.settings.account(thread_id.partition("_")[0]).operation.handoff_minutes

        def work(reads: Reads) -> tuple[None, Sequence[Write]]:
            stored, first = reads.get(_path(thread_id), _item_path(thread_id, send_id, 0))
            thread = _thread(thread_id, stored.fields)
            if first.fields is not None:
                return None, []
            require_window(thread, now)
            until = now + timedelta(minutes=minutes)
            owner = ownership.change(thread, Owner.HUMAN, now, until=until, reason="operator")
            items = [_item(thread, send_id, part, by, now) for part in enumerate(parts)]
            fields = {
                **owner,
                **_line(thread, [*thread.outbox, *(i.path.rpartition("/")[2] for i in items)], now),
                "status": ConversationStatus.OPEN,
                "assignee": by.id,
                "assignee_name": by.name,
                "last_text": parts[-1][:120],
                "last_direction": Direction.OUTGOING,
                "last_role": Role.HUMAN,
                "seen_seq": thread.inbound_seq,
            }
            record = audit.entry(send_id, now, by, "reply", _path(thread_id), thread_id=thread_id)
            return None, [*items, Update(_path(thread_id), fields), record]

        self.documents.transact(work)
        self._ensure(thread_id)

    def retry(self, thread_id: str, message_id: str, by: Operator) -> None:
        """Try a failed, or resend an unconfirmed, message; it goes to the end of the line."""
        self._decide(thread_id, message_id, by, "retry")

    def arrived(self, thread_id: str, message_id: str, by: Operator) -> None:
        """The operator has seen in the Instagram app that an unconfirmed message did arrive."""
        self._decide(thread_id, message_id, by, "arrived")

    def _decide(self, thread_id: str, message_id: str, by: Operator, action: str) -> None:
        now, entry_id = self.clock.now(), self.ids.new()
        path = f"{_path(thread_id)}/messages/{message_id}"

        def work(reads: Reads) -> tuple[None, Sequence[Write]]:
            stored, item = reads.get(_path(thread_id), path)
            thread = _thread(thread_id, stored.fields)
            _require_undecided(item.fields)
            line = [i for i in thread.outbox if i != message_id]
            change: dict[str, Any] = {"status": Status.SENT, "sent_at": now, "error": None}
            if action == "retry":
                require_window(thread, now)
                line.append(message_id)
                change = _again(thread)
            fields = _line(thread, line, now)
            if thread.sending is not None and thread.sending.id == message_id:
                fields["sending"] = None
            record = audit.entry(entry_id, now, by, action, path, thread_id=thread_id)
            return None, [Update(path, change), Update(_path(thread_id), fields), record]

        self.documents.transact(work)
        self._ensure(thread_id)

    def _ensure(self, thread_id: str) -> None:
        now = self.clock.now()
        look = schedule.delivery_later(
            thread_id, now, now, clock_margin_seconds=self.clock_margin_seconds
        )
        self.deliveries.ensure(look, {"thread_id": thread_id, "trace_id": self.ids.new()})


def pieces(text: str) -> list[str]:
    """The messages that Instagram is sent for `text`. Raises `Rejected` where there is nothing."""
    text = text.strip()
    if not text:
        raise Rejected("The message is empty.")
    if len(text) > LONGEST_TEXT:
        raise Rejected(f"A message has at most {LONGEST_TEXT:,} characters.")
    return list(split(text))


def require_window(thread: Conversation, now: datetime) -> None:
    """Raises `Rejected` where Instagram takes no message any more."""
    last = thread.last_inbound_at
    if last is None:
        raise Rejected("Instagram lets a business write only after the person has written.")
    if now >= last + HUMAN_WINDOW:
        raise Rejected(
            "The person's last message is older than 7 days: Instagram takes no message until "
            "they write again."
        )


def _thread(thread_id: str, stored: dict[str, Any] | None) -> Conversation:
    if stored is None:
        raise NoSuchThread
    return Conversation.from_doc(thread_id, stored)


def _require_undecided(item: dict[str, Any] | None) -> None:
    status = (item or {}).get("status")
    if item is None or item.get("direction") != Direction.OUTGOING:
        raise Rejected("There is no such outgoing message.")
    if status not in (Status.FAILED, Status.UNCONFIRMED, Status.CANCELLED):
        raise Rejected(f"The message is {status}: there is nothing to decide.")


def _again(thread: Conversation) -> dict[str, Any]:
    return {
        "status": Status.QUEUED,
        "attempts": 0,
        "error": None,
        "next_attempt_at": None,
        "owner_epoch": thread.owner_epoch,
    }


def _line(thread: Conversation, outbox: list[str], now: datetime) -> dict[str, Any]:
    fields: dict[str, Any] = {"outbox": outbox, "updated_at": SERVER_TIME}
    if thread.sending is None:
        fields["deliver_due_at"] = to_ms(now + DELIVERY_GRACE) if outbox else None
    return fields


def _path(thread_id: str) -> str:
    return f"conversations/{thread_id}"


def _item_path(thread_id: str, send_id: str, number: int) -> str:
    return f"{_path(thread_id)}/messages/{send_id}-{number}"


def _item(
    thread: Conversation, send_id: str, part: tuple[int, str], by: Operator, now: datetime
) -> Create:
    number, text = part
    return Create(
        _item_path(thread.thread_id, send_id, number),
        {
            "thread_id": thread.thread_id,
            "account_id": thread.account_id,
            "igsid": thread.igsid,
            "direction": Direction.OUTGOING,
            "role": Role.HUMAN,
            "source": "office",
            "kind": "text",
            "text": text,
            "terms": terms(text),
            "status": Status.QUEUED,
            "attempts": 0,
            "owner_epoch": thread.owner_epoch + 1,
            "operator_id": by.id,
            "operator_name": by.name,
            "created_at": now + timedelta(microseconds=number),
            "queued_at": now,
        },
    )
