"""The webhook's outbox: signs events and delivers them until they are taken."""

import logging
import ssl
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from emulators.clock import SimClock
from emulators.instagram.payloads import Container, Item, envelope
from emulators.instagram.signing import signature_headers, wire_bytes

log = logging.getLogger(__name__)

# Instagram webhooks documentation: at once again, then less and less often over 36 hours.
_BACKOFF_SECONDS = (1, 5, 30, 120, 600, 3600, 4 * 3600, 12 * 3600)
_STOP_SECONDS = 5


@dataclass(frozen=True)
class Event:
    """One thing that happened, on its way to the webhook."""

    field: str
    item: Item
    container: Container = "messaging"
    entry_id: str | None = None


@dataclass
class Delivery:
    """One POST: its bytes never change, however often it is repeated."""

    body: bytes
    due_at: datetime
    attempts: int = 0
    statuses: list[int | str] = field(default_factory=list)


class Outbox:
    """Signed deliveries to one URL.

    `start` delivers in the background as soon as something is due; without it `pump` delivers
    what is due on the caller's thread. A delivery that is not answered 200 comes again.
    """

    def __init__(
        self, clock: SimClock, url: str, account_id: str, app_secret: str, timeout: float = 20
    ) -> None:
        self.url = url
        self.app_secret = app_secret
        self._clock = clock
        self._account_id = account_id
        # The webhook is on loopback and speaks plain HTTP: no certificates to load, no proxy.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._client = httpx.Client(verify=context, timeout=timeout, trust_env=False)
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._epoch = 0
        self._clear()
        clock.on_move(self._wake)

    @property
    def live(self) -> bool:
        """Whether a thread delivers by itself."""
        return self._thread is not None

    def add(self, events: Sequence[Event], after_seconds: float = 0) -> None:
        """Queue events; each becomes due after so many seconds by the clock."""
        due_at = self._clock.now() + timedelta(seconds=after_seconds)
        with self._changed:
            self._events += [(due_at, event) for event in events]
            self._changed.notify_all()

    def add_raw(self, body: Item) -> None:
        """Queue a whole body as it is, signed like any other."""
        with self._changed:
            self._deliveries.append(Delivery(wire_bytes(body), self._clock.now()))
            self._changed.notify_all()

    def deliver_now(self, events: Sequence[Event]) -> None:
        """Deliver on this thread, before anything that waits; a failure is queued again."""
        for event in events:
            with self._changed:
                delivery = self._delivery([event])
                self._all.append(delivery)
            self._attempt(delivery, self._epoch)

    def configure(self, **options: Any) -> None:
        """Set `batch`, `duplicate` (extra deliveries of each), `reorder`, `paused`."""
        with self._changed:
            for name, value in options.items():
                self.options[name] = value
            self._changed.notify_all()

    def redeliver(self) -> int:
        """Queue everything that was ever delivered once more, byte for byte; gives how many."""
        with self._changed:
            again = [Delivery(done.body, self._clock.now()) for done in self._all]
            self._deliveries += again
            self._changed.notify_all()
        return len(again)

    def pump(self) -> int:
        """Deliver everything that is due; gives how many POSTs were made."""
        made = 0
        while due := self._take_due():
            epoch = self._epoch
            for delivery in due:
                self._attempt(delivery, epoch)
            made += len(due)
        return made

    def waiting(self) -> int:
        """How many events and deliveries are still to go, due or not."""
        with self._changed:
            return len(self._events) + len(self._deliveries)

    def delivered(self) -> list[Delivery]:
        """Every delivery begun since the last reset, in order."""
        with self._changed:
            return list(self._all)

    def start(self) -> None:
        """Deliver from a background thread from now on."""
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="instagram-webhooks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the background thread and close the connections."""
        thread, self._thread = self._thread, None
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if thread is not None:
            thread.join(_STOP_SECONDS)
        self._client.close()

    def reset(self) -> None:
        """Forget everything, also what is under way."""
        with self._changed:
            self._epoch += 1
            self._clear()

    def _clear(self) -> None:
        self.options: dict[str, Any] = {}
        self._events: list[tuple[datetime, Event]] = []
        self._deliveries: list[Delivery] = []
        self._all: list[Delivery] = []

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _run(self) -> None:
        while not self._stopping:
            if self.pump() == 0:
                with self._changed:
                    if not self._stopping and not self._has_due():
                        self._changed.wait(self._idle_seconds())

    def _idle_seconds(self) -> float | None:
        instants = [due_at for due_at, _ in self._events] + [d.due_at for d in self._deliveries]
        if not instants or self.options.get("paused") or self._clock.frozen:
            return None
        return max(0.0, (min(instants) - self._clock.now()).total_seconds())

    def _has_due(self) -> bool:
        if self.options.get("paused"):
            return False
        now = self._clock.now()
        return any(due_at <= now for due_at, _ in self._events) or any(
            delivery.due_at <= now for delivery in self._deliveries
        )

    def _take_due(self) -> list[Delivery]:
        with self._changed:
            if not self._has_due():
                return []
            now = self._clock.now()
            fresh = self._fresh_deliveries(now)
            due = [delivery for delivery in self._deliveries if delivery.due_at <= now] + fresh
            self._deliveries = [d for d in self._deliveries if d.due_at > now]
            return due

    def _fresh_deliveries(self, now: datetime) -> list[Delivery]:
        events = [event for due_at, event in self._events if due_at <= now]
        self._events = [(due_at, event) for due_at, event in self._events if due_at > now]
        if self.options.get("reorder"):
            events.reverse()
        fresh = [self._delivery(group) for group in self._groups(events)]
        self._all += fresh
        copies = [d for d in fresh for _ in range(int(self.options.get("duplicate", 0)))]
        return fresh + [Delivery(copy.body, copy.due_at) for copy in copies]

    def _groups(self, events: list[Event]) -> list[list[Event]]:
        if not self.options.get("batch"):
            return [[event] for event in events]
        groups: dict[tuple[str, str | None], list[Event]] = {}
        for event in events:
            groups.setdefault((event.container, event.entry_id), []).append(event)
        return list(groups.values())

    def _delivery(self, events: Sequence[Event]) -> Delivery:
        now = self._clock.now()
        account_id = events[0].entry_id or self._account_id
        items = [event.item for event in events]
        body = envelope(account_id, int(now.timestamp() * 1000), events[0].container, items)
        return Delivery(wire_bytes(body), now)

    def _attempt(self, delivery: Delivery, epoch: int) -> None:
        outcome = self._post(delivery.body)
        delivery.statuses.append(outcome)
        delivery.attempts += 1
        if outcome == httpx.codes.OK or delivery.attempts > len(_BACKOFF_SECONDS):
            return
        wait = _BACKOFF_SECONDS[delivery.attempts - 1]
        delivery.due_at = self._clock.now() + timedelta(seconds=wait)
        with self._changed:
            if self._epoch == epoch:
                self._deliveries.append(delivery)

    def _post(self, body: bytes) -> int | str:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "facebookexternalua",
            "Facebook-API-Version": "v25.0",
            **signature_headers(body, self.app_secret),
        }
        try:
            response = self._client.post(self.url, content=body, headers=headers)
        except httpx.HTTPError as error:
            log.warning("the webhook did not answer: %s: %s", type(error).__name__, error)
            return type(error).__name__
        return response.status_code
