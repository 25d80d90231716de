"""What was sent from the account comes back as an echo: ours, or a human's in the Instagram app.

An echo is ours if we know its mid. While one of our bubbles is being sent we cannot know yet:
the echo may overtake the answer that holds the mid. It is then stored undecided, and whoever
records the send decides it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from services import ownership
from services.domain import schedule
from services.domain.conversation import Conversation
from services.domain.documents import (
    SERVER_TIME,
    Create,
    Merge,
    Query,
    Snapshot,
    Union,
    Update,
    Write,
)
from services.domain.events import MessageEvent
from services.domain.ids import document_id
from services.domain.instants import to_ms
from services.domain.message import Message
from services.domain.states import Direction, Owner, Role, Status
from services.lines import DELIVERY_GRACE
from services.live_settings import LiveSettings
from services.ports import Clock, Documents, Reads, TaskQueue
from services.recording import same_bubble

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Echoes:
    """Decides whose echo it is; repeating it changes nothing."""

    documents: Documents
    deliveries: TaskQueue
    settings: LiveSettings
    clock: Clock
    clock_margin_seconds: float

    def settle(self, event: MessageEvent, trace_id: str) -> str:
        """Store or recognise one echo: `own`, `known`, `undecided`, `settled` or `foreign`.

        The common case costs one query: a mid that we have recorded stays ours for ever, so that
        needs no transaction.
        """
        if _sent_by_us(self.documents, f"conversations/{event.thread_id}", event.mid):
            return "own"
        handoff = self.settings.account(event.account_id).operation.handoff_minutes

        def work(reads: Reads) -> tuple[str, Sequence[Write]]:
            return self._decide(reads, event, timedelta(minutes=handoff))

        verdict = self.documents.transact(work)
        _log.info("echo", thread_id=event.thread_id, trace_id=trace_id, verdict=verdict)
        if verdict == "settled":
            # The line was held by the bubble that this echo settled: the next one may go.
            now = self.clock.now()
            self.deliveries.ensure(
                schedule.delivery_later(
                    event.thread_id, now, now, clock_margin_seconds=self.clock_margin_seconds
                ),
                {"thread_id": event.thread_id, "trace_id": trace_id},
            )
        return verdict

    def _decide(
        self, reads: Reads, event: MessageEvent, handoff: timedelta
    ) -> tuple[str, Sequence[Write]]:
        path = f"conversations/{event.thread_id}"
        stored, echoed = reads.get(path, _path(event))
        if echoed.fields is not None:
            return "known", []
        if _sent_by_us(reads, path, event.mid):
            return "own", []
        thread = Conversation.from_doc(event.thread_id, stored.fields or {})
        if thread.sending is not None:
            if not thread.sending.unconfirmed:
                return "undecided", _undecided(event)
            item = reads.get(f"{path}/messages/{thread.sending.id}")[0]
            if _settles(item, event):
                return "settled", _settled(thread, item.id, event)
        return "foreign", _foreign(thread, event, handoff)


def _sent_by_us(reads: Reads, path: str, mid: str) -> bool:
    sent = Query(f"{path}/messages", where=[("mid", "==", mid)], limit=1)
    return bool(reads.query(sent))


def _settles(item: Snapshot, event: MessageEvent) -> bool:
    """Text decides only for an unconfirmed bubble, and only if the echo is not older than it."""
    if item.fields is None:
        return False
    return same_bubble(Message.from_doc(item.id, item.fields), event.text, event.timestamp)


def _undecided(event: MessageEvent) -> list[Write]:
    return [
        Create(_path(event), {**_outgoing(event), "status": Status.UNDECIDED}),
        Merge(
            f"conversations/{event.thread_id}",
            {"undecided": Union((document_id(event.mid),)), "updated_at": SERVER_TIME},
        ),
    ]


def _settled(thread: Conversation, item_id: str, event: MessageEvent) -> list[Write]:
    """The unconfirmed bubble did arrive: the line moves on."""
    path = f"conversations/{thread.thread_id}"
    outbox = [item for item in thread.outbox if item != item_id]
    due = to_ms(event.timestamp + DELIVERY_GRACE) if outbox else None
    sent = {"status": Status.SENT, "mid": event.mid, "sent_at": event.timestamp, "error": None}
    fields = {"sending": None, "outbox": outbox, "deliver_due_at": due, "updated_at": SERVER_TIME}
    return [Update(f"{path}/messages/{item_id}", sent), Update(path, fields)]


def _foreign(thread: Conversation, event: MessageEvent, handoff: timedelta) -> list[Write]:
    """A human wrote in the Instagram app: recorded, and the bot steps back.

    The takeover counts from the echo's own timestamp; one that is older than the last change of
    owner is recorded only.
    """
    path = f"conversations/{event.thread_id}"
    message = {**_outgoing(event), "status": Status.SENT, "sent_at": event.timestamp}
    fields: dict[str, Any] = {
        "account_id": event.account_id,
        "igsid": event.igsid,
        "updated_at": SERVER_TIME,
        "last_text": event.text[:120],
        "last_direction": Direction.OUTGOING,
    }
    if thread.boundary_at is None or event.timestamp > thread.boundary_at:
        until = event.timestamp + handoff
        fields |= ownership.change(
            thread, Owner.HUMAN, event.timestamp, until=until, reason="instagram_app"
        )
    contact = {"account_id": event.account_id, "igsid": event.igsid}
    return [
        Create(_path(event), message),
        Merge(path, fields),
        Merge(f"contacts/{event.thread_id}", contact),
    ]


def _path(event: MessageEvent) -> str:
    return f"conversations/{event.thread_id}/messages/{document_id(event.mid)}"


def _outgoing(event: MessageEvent) -> dict[str, Any]:
    return {
        "thread_id": event.thread_id,
        "account_id": event.account_id,
        "igsid": event.igsid,
        "direction": Direction.OUTGOING,
        "role": Role.HUMAN,
        "source": "instagram_app",
        "kind": "text",
        "text": event.text,
        "mid": event.mid,
        "created_at": event.timestamp,
        "received_at": SERVER_TIME,
    }
