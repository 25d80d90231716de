"""What Instagram says is stored, once, and somebody is sure to look at it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from services.domain import schedule
from services.domain.entries import Entry, entry, writes
from services.domain.events import Event, Unhandled, Unplaced, What, parse
from services.domain.instants import to_ms
from services.domain.operation import OperatingSettings
from services.domain.schedule import TaskSpec
from services.domain.task import Kind, Task
from services.errors import AlreadyStored
from services.ingest.echoes import Echoes
from services.ingest.read_receipts import Receipts
from services.ingest.routing import place
from services.ingest.unhandled import UnhandledEvents
from services.ports import Clock, Documents, Spread, TaskQueue
from services.store.live_settings import SettingsCache


@dataclass(slots=True)
class Accepted:
    """What became of the events of one webhook body."""

    stored: int = 0
    duplicates: int = 0
    echoes: int = 0
    unhandled: int = 0
    threads: list[str] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)  #: one an event, nothing personal

    def note(self, event: Event, document_id: str, *, duplicate: bool) -> None:
        """Count one event, and say what it was."""
        self.duplicates += duplicate
        self.echoes += event.echo
        self.stored += not event.echo and not duplicate
        direction = "owner_to_customer" if event.echo else "customer_to_owner"
        message = {
            "id": document_id,
            "type": event.kind,
            "message_type": event.content.get("message_type") or event.kind,
            "timestamp": to_ms(event.timestamp),
        }
        self.items.append(
            {
                "message_direction": direction,
                "conversation": {"id": event.thread_id, "source": "instagram"},
                "message": message,
                "duplicate": duplicate,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingest:
    """Stores a webhook's events; when `accept` returns, nothing of them can be lost."""

    documents: Documents
    tasks: TaskQueue
    settings: SettingsCache
    echoes: Echoes
    receipts: Receipts
    drawer: UnhandledEvents
    clock: Clock
    spread: Spread
    clock_margin_seconds: float

    def accept(self, body: Any, trace_id: str, app: str = "") -> Accepted:
        """Store every event of `body` and schedule its thread's turn.

        `app` names the app whose key signed it. Safe to repeat with the same body. Raises
        `Unavailable` when the store or the queue did not take everything: the caller answers 503
        and Meta sends the body again.
        """
        threads: dict[str, list[Event]] = defaultdict(list)
        unhandled: list[Unhandled] = []
        for parsed in parse(body, self.clock.now()):
            event = self._placed(parsed, app, trace_id)
            if isinstance(event, Event):
                threads[event.thread_id].append(event)
            elif event is not None:
                unhandled.append(event)
        self.drawer.keep(unhandled, app)
        # Threads side by side: one after the other, a thousand of them take longer than Meta waits.
        parts = self.spread([_Job(self, events, trace_id) for events in threads.values()])
        return _sum(parts, list(threads), len(unhandled))

    def _placed(
        self, parsed: Event | Unplaced | Unhandled, app: str, trace_id: str
    ) -> Event | Unhandled | None:
        if isinstance(parsed, Event):
            return place(parsed, self.settings, app)
        if isinstance(parsed, Unplaced):
            return self.drawer.keep_unplaced(parsed, self.settings, trace_id)
        return parsed

    def accept_thread(self, events: Sequence[Event], trace_id: str) -> Accepted:
        """Store the events of one thread, in the order in which they came."""
        accepted = Accepted()
        operation = self.settings.account(events[0].account_id).operation
        entries: dict[str, Entry] = {}
        repeated: list[Entry] = []
        for event in events:
            if event.echo and event.what is What.MESSAGE:
                verdict = self.echoes.settle(event, trace_id)
                accepted.note(event, event.about, duplicate=verdict in ("own", "known"))
            elif event.what is What.READ:
                verdict = self.receipts.settle(event)
                accepted.note(event, event.about, duplicate=verdict == "known")
            else:
                made = entry(event, operation)
                if made.path in entries:
                    repeated.append(made)
                entries.setdefault(made.path, made)
        new = self._store_and_schedule(list(entries.values()), operation, trace_id)
        for made in entries.values():
            accepted.note(made.event, made.message.id, duplicate=made.path not in new)
        for made in repeated:
            accepted.note(made.event, made.message.id, duplicate=True)
        return accepted

    def _store_and_schedule(
        self, entries: list[Entry], operation: OperatingSettings, trace_id: str
    ) -> frozenset[str]:
        """One commit and one task, side by side; the paths of what was new."""
        if not entries:
            return frozenset()
        thread = entries[0].event.thread_id
        task = self._appointment(thread, operation)
        if not any(made.waits for made in entries):
            return self._store(entries, task, operation)
        body = Task(Kind.TURN, thread, trace_id).body()
        ended = self.tasks.begin(task, body)
        stored = self._store(entries, task, operation)
        ended()
        if not schedule.covers(
            task, self.clock.now(), clock_margin_seconds=self.clock_margin_seconds
        ):
            # The commit was slow: that task may have run before it and found nothing.
            self.tasks.ensure(self._appointment(thread, operation), body)
        return stored

    def _appointment(self, thread: str, operation: OperatingSettings) -> TaskSpec:
        return schedule.inbound(
            thread,
            self.clock.now(),
            delay_min_seconds=operation.delay_min_seconds,
            delay_max_seconds=operation.delay_max_seconds,
        )

    def _store(
        self, entries: list[Entry], task: TaskSpec, operation: OperatingSettings
    ) -> frozenset[str]:
        try:
            self.documents.commit(writes(entries, task.at, operation))
        except AlreadyStored:
            if len(entries) == 1:
                return frozenset()
            return self._store_the_new(entries, task, operation)
        return frozenset(made.path for made in entries)

    def _store_the_new(
        self, entries: list[Entry], task: TaskSpec, operation: OperatingSettings
    ) -> frozenset[str]:
        """A body that mixes new and known events: once more, without the known ones."""
        found = self.documents.get(*(made.path for made in entries))
        known = {s.path for s in found if s.fields is not None}
        new = [made for made in entries if made.path not in known]
        return self._store(new, task, operation) if new else frozenset()


@dataclass(frozen=True, slots=True)
class _Job:
    """One thread's share of a body."""

    ingest: Ingest
    events: Sequence[Event]
    trace_id: str

    def __call__(self) -> Accepted:
        return self.ingest.accept_thread(self.events, self.trace_id)


def _sum(parts: Sequence[Accepted], threads: list[str], unhandled: int) -> Accepted:
    total = Accepted(unhandled=unhandled, threads=threads)
    for part in parts:
        total.stored += part.stored
        total.duplicates += part.duplicates
        total.echoes += part.echoes
        total.items += part.items
    return total
