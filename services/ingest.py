"""What Instagram says is stored, once, and somebody is sure to look at it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from services.domain import schedule
from services.domain.clean import clean_json
from services.domain.documents import SERVER_TIME, Create, Increment, Maximum, Merge, Minimum, Write
from services.domain.events import Event, MessageEvent, Unhandled, parse
from services.domain.ids import digest, document_id
from services.domain.instants import to_ms
from services.domain.operation import Operation
from services.domain.schedule import Appointment
from services.domain.states import Direction, Role, Status
from services.echoes import Echoes
from services.live_settings import LiveSettings
from services.ports import AlreadyStored, Clock, Documents, TaskQueue, Together

_log = structlog.get_logger()


@dataclass(slots=True)
class Accepted:
    """What became of the events of one webhook body."""

    stored: int = 0
    duplicates: int = 0
    echoes: int = 0
    unhandled: int = 0
    threads: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Ingest:
    """Stores a webhook's events; when `accept` returns, nothing of them can be lost."""

    documents: Documents
    tasks: TaskQueue
    settings: LiveSettings
    echoes: Echoes
    clock: Clock
    together: Together
    clock_margin_seconds: float

    def accept(self, body: Any, trace_id: str) -> Accepted:
        """Store every event of `body` and schedule its thread's turn.

        Safe to repeat with the same body. Raises `Unavailable` when the store or the queue did
        not take everything: the caller answers 503 and Meta sends the body again.
        """
        accepted = Accepted()
        messages: dict[str, list[MessageEvent]] = defaultdict(list)
        for event in parse(body, self.clock.now()):
            if isinstance(event, MessageEvent) and self.settings.account(event.account_id).known:
                messages[event.thread_id].append(event)
            else:
                self._keep_unhandled(event)
                accepted.unhandled += 1
        for thread, events in messages.items():
            self._accept_thread(thread, events, trace_id, accepted)
        return accepted

    def _accept_thread(
        self, thread: str, events: Sequence[MessageEvent], trace_id: str, accepted: Accepted
    ) -> None:
        accepted.threads.append(thread)
        for event in events:
            if event.echo:
                self.echoes.settle(event, trace_id)
                accepted.echoes += 1
        inbound = {e.mid: e for e in events if not e.echo}
        if inbound:
            stored = self._store_and_schedule(thread, list(inbound.values()), trace_id)
            accepted.stored += stored
            accepted.duplicates += len(inbound) - stored

    def _store_and_schedule(self, thread: str, events: list[MessageEvent], trace_id: str) -> int:
        """One commit and one task, side by side; how many of the events were new."""
        operation = self.settings.account(events[0].account_id).operation
        task = self._appointment(thread, operation)
        body = {"thread_id": thread, "trace_id": trace_id}
        stored: list[int] = []
        self.together(
            lambda: stored.append(self._store(thread, events, task)),
            lambda: self.tasks.ensure(task, body),
        )
        if not schedule.covers(
            task, self.clock.now(), clock_margin_seconds=self.clock_margin_seconds
        ):
            # The commit was slow: that task may have run before it and found nothing.
            self.tasks.ensure(self._appointment(thread, operation), body)
        return stored[0]

    def _appointment(self, thread: str, operation: Operation) -> Appointment:
        return schedule.inbound(
            thread,
            self.clock.now(),
            delay_min_seconds=operation.delay_min_seconds,
            delay_max_seconds=operation.delay_max_seconds,
        )

    def _store(self, thread: str, events: list[MessageEvent], task: Appointment) -> int:
        try:
            self.documents.commit(_writes(thread, events, task))
        except AlreadyStored:
            return self._store_the_new(thread, events, task) if len(events) > 1 else 0
        return len(events)

    def _store_the_new(self, thread: str, events: list[MessageEvent], task: Appointment) -> int:
        """A body that mixes new and known messages: once more, without the known ones."""
        paths = [_message_path(thread, event) for event in events]
        known = {s.path for s in self.documents.get(*paths) if s.fields is not None}
        new = [event for event, path in zip(events, paths, strict=True) if path not in known]
        return self._store(thread, new, task) if new else 0

    def _keep_unhandled(self, event: Event) -> None:
        """What no rule knows is kept, under a name that a redelivery finds taken."""
        reason = event.reason if isinstance(event, Unhandled) else "unknown_account"
        raw = clean_json(event.raw)
        name = digest("unhandled", reason, repr(raw))
        fields = {"reason": reason, "raw": raw, "received_at": SERVER_TIME}
        try:
            self.documents.commit([Create(f"unhandled_events/{name}", fields)])
        except AlreadyStored:
            _log.info("unhandled_again", reason=reason)


def _writes(thread: str, events: Sequence[MessageEvent], task: Appointment) -> list[Write]:
    first = events[0]
    newest = max(event.timestamp for event in events)
    parties = {"account_id": first.account_id, "igsid": first.igsid}
    return [
        *(Create(_message_path(thread, event), _message(thread, event)) for event in events),
        Merge(
            f"conversations/{thread}",
            {
                **parties,
                "inbound_seq": Increment(len(events)),
                "last_inbound_at": Maximum(to_ms(newest)),
                "last_received_at": SERVER_TIME,
                "due_at": Minimum(to_ms(task.at)),
                "updated_at": SERVER_TIME,
                "last_text": events[-1].text[:120],
                "last_direction": Direction.INBOUND,
            },
        ),
        Merge(f"contacts/{thread}", {**parties, "last_seen_at": Maximum(to_ms(newest))}),
    ]


def _message_path(thread: str, event: MessageEvent) -> str:
    return f"conversations/{thread}/messages/{document_id(event.mid)}"


def _message(thread: str, event: MessageEvent) -> dict[str, Any]:
    return {
        "thread_id": thread,
        "account_id": event.account_id,
        "igsid": event.igsid,
        "direction": Direction.INBOUND,
        "role": Role.USER,
        "kind": "text",
        "text": event.text,
        "status": Status.PENDING,
        "mid": event.mid,
        "attempts": 0,
        "created_at": event.timestamp,
        "received_at": SERVER_TIME,
    }
