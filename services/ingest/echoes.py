"""What was sent from the account comes back as an echo: ours, or a human's in the Instagram app.

An echo is ours if we know its mid. While one of our bubbles is being sent we cannot know yet:
the echo may overtake the answer that holds the mid. It is then stored undecided, and whoever
records the send decides it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from services.conversations import handoff
from services.domain import paths
from services.domain.conversation import Conversation, ConversationFields
from services.domain.documents import (
    SERVER_TIME,
    Query,
    Snapshot,
    Union,
    Write,
)
from services.domain.entries import message_of
from services.domain.events import Event
from services.domain.message import Message
from services.domain.operation import OperatingSettings
from services.domain.patch import Patch
from services.domain.states import Direction, Status
from services.outbox import echo_matching
from services.outbox.fate import arrived, moved_on, reached, told
from services.ports import Documents, Reads
from services.store.live_settings import SettingsCache
from services.tasks import ThreadTasks

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Echoes:
    """Decides whose echo it is; repeating it changes nothing."""

    documents: Documents
    deliveries: ThreadTasks
    settings: SettingsCache

    def settle(self, event: Event, trace_id: str) -> str:
        """Store or recognise one echo: `own`, `known`, `undecided`, `settled`, `late` or `foreign`.

        The common case costs one query: a mid that we have recorded stays ours for ever, so that
        needs no transaction.
        """
        own = _sent_by_us(self.documents, event.thread_id, event.mid)
        if own is not None and not _shown(own, event):
            return "own"
        operation = self.settings.account(event.account_id).operation

        def work(reads: Reads) -> tuple[str, Sequence[Write]]:
            return self._decide(reads, event, operation)

        verdict = self.documents.transact(work)
        _log.info("echo", thread_id=event.thread_id, trace_id=trace_id, verdict=verdict)
        if verdict == "settled":
            # The line was held by the bubble that this echo settled: the next one may go.
            self.deliveries.soon(event.thread_id, trace_id)
        return verdict

    def _decide(
        self, reads: Reads, event: Event, settings: OperatingSettings
    ) -> tuple[str, Sequence[Write]]:
        path = paths.conversation(event.thread_id)
        stored, echoed = reads.get(path, paths.message(event.thread_id, event.about))
        if echoed.fields is not None:
            return "known", []
        own = _sent_by_us(reads, event.thread_id, event.mid)
        if own is not None:
            return "own", _shown(own, event) if stored.fields is not None else []
        thread = Conversation.from_doc(event.thread_id, stored.fields or {})
        if thread.sending is not None:
            if not thread.sending.unconfirmed:
                return "undecided", _undecided(event, settings)
            item = reads.get(paths.message(event.thread_id, thread.sending.id))[0]
            if _settles(item, event):
                patch = _arrived(thread, item, event, settings)
                patch |= moved_on(thread, item.id, event.timestamp)
                return "settled", patch.of(event.thread_id)
        lost = echo_matching.lost(reads, event.thread_id)
        late = echo_matching.late_one(lost, event.text, event.timestamp)
        if late is not None:
            return "late", _arrived(thread, late, event, settings).of(event.thread_id)
        return "foreign", _foreign(thread, event, settings)


def _sent_by_us(reads: Reads, thread_id: str, mid: str) -> Snapshot | None:
    sent = Query(paths.messages(thread_id), where=[("mid", "==", mid)], limit=1)
    return next(iter(reads.query(sent)), None)


def _shown(own: Snapshot, event: Event) -> list[Write]:
    """An uploaded file has no address of ours: its echo tells where it can be seen."""
    fields = own.fields or {}
    shown = told(event.content)
    seen = all(a.get("url") for a in fields.get("attachments") or ())
    if not shown or fields.get("echoed") or seen:
        return []
    return [
        paths.message(event.thread_id, own.id).update(shown),
        paths.conversation(event.thread_id).update({"updated_at": SERVER_TIME}),
    ]


def _settles(item: Snapshot, event: Event) -> bool:
    """Text decides only for an unconfirmed bubble, and only if the echo is not older than it."""
    if item.fields is None:
        return False
    item_then = Message.from_doc(item.id, item.fields)
    return echo_matching.same_bubble(item_then, event.text, event.timestamp)


def _undecided(event: Event, settings: OperatingSettings) -> list[Write]:
    echo = _message(event, Status.UNDECIDED)
    return [
        paths.message(event.thread_id, echo.id).create(echo.received(settings)),
        paths.conversation(event.thread_id).merge(
            {"undecided": Union((echo.id,)), "updated_at": SERVER_TIME}
        ),
    ]


def _arrived(
    thread: Conversation, stored: Snapshot, event: Event, settings: OperatingSettings
) -> Patch:
    """A bubble of which nobody knew did arrive."""
    item = Message.from_doc(stored.id, stored.fields or {})
    return arrived(thread, item, event.mid, event.timestamp, settings, echo=event.content)


def _foreign(thread: Conversation, event: Event, settings: OperatingSettings) -> list[Write]:
    """A human wrote in the Instagram app: recorded, and the bot steps back.

    The takeover counts from the echo's own timestamp; one that is older than the last change of
    owner is recorded only.
    """
    echo = _message(event, Status.SENT)
    seen = reached(thread, event.mid, event.timestamp)
    fields: ConversationFields = {
        "account_id": event.account_id,
        "igsid": event.igsid,
        "updated_at": SERVER_TIME,
        "last_text": echo.preview,
        "last_direction": Direction.OUTGOING,
    }
    if thread.boundary_at is None or event.timestamp > thread.boundary_at:
        minutes = settings.handoff_minutes
        fields |= handoff.human_replied(
            thread, event.timestamp, minutes=minutes, reason="instagram_app"
        )
    return [
        paths.message(event.thread_id, echo.id).create(
            {**echo.received(settings), **seen, "sent_at": event.timestamp}
        ),
        paths.conversation(event.thread_id).merge(fields),
        paths.contact(event.thread_id).merge(
            {"account_id": event.account_id, "igsid": event.igsid}
        ),
    ]


def _message(event: Event, status: Status) -> Message:
    return message_of(event, event.about, status, source="instagram_app")
