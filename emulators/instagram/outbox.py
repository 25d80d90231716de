"""The webhook's outbox: signs events and delivers them until they are taken."""

import logging
import ssl
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import httpx

from emulators.clock import SimClock
from emulators.instagram.deliveries import Delivery, Event, Options, delivery_of, grouped
from emulators.instagram.payloads import Item
from emulators.instagram.signing import signature_headers, wire_bytes

log = logging.getLogger(__name__)

# Instagram webhooks documentation: at once again, then less and less often over 36 hours.
_BACKOFF_SECONDS = (1, 5, 30, 120, 600, 3600, 4 * 3600, 12 * 3600)
_STOP_SECONDS = 5
_PARALLEL = 16


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
        self._stopping = False
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
        delivery = Delivery(wire_bytes(body), self._clock.now())
        with self._changed:
            self._all.append(delivery)
            self._deliveries.append(delivery)
            self._changed.notify_all()

    def deliver_now(self, events: Sequence[Event]) -> None:
        """Deliver on this thread, before anything that waits; a failure is queued again."""
        for event in events:
            delivery = delivery_of([event], self._account_id, self._clock.now())
            with self._changed:
                self._all.append(delivery)
            self._attempt(delivery, self._epoch)

    def configure(self, **options: Any) -> None:
        """Set some of `Options`; ValueError for a word that is none of them."""
        if unknown := sorted(set(options) - set(Options.__dataclass_fields__)):
            raise ValueError(f"webhooks have no option {', '.join(unknown)}")
        with self._changed:
            for name, value in options.items():
                setattr(self._options, name, value)
            self._changed.notify_all()

    def redeliver(self) -> int:
        """Queue everything that was ever delivered once more, byte for byte; gives how many."""
        with self._changed:
            again = [Delivery(done.body, self._clock.now()) for done in self._all]
            self._deliveries += again
            self._changed.notify_all()
        return len(again)

    def pump(self, *, parallel: bool = False) -> int:
        """Deliver everything that is due, in order or at once; gives how many POSTs were made."""
        made = 0
        while due := self._take_due():
            if parallel:
                with ThreadPoolExecutor(_PARALLEL) as threads:
                    list(threads.map(self._attempt, due, [self._epoch] * len(due)))
            else:
                for delivery in due:
                    self._attempt(delivery, self._epoch)
            made += len(due)
        return made

    def waiting(self) -> int:
        """How many events and deliveries are still to go, due or not."""
        with self._changed:
            return len(self._events) + len(self._deliveries)

    def delivered(self) -> list[Delivery]:
        """Every delivery made or begun since the last reset, repetitions apart, in order."""
        with self._changed:
            return list(self._all)

    def wait_for_posts(self, count: int, timeout_seconds: float) -> bool:
        """Wait until so many POSTs were answered since the last reset; False when they were not."""
        with self._changed:
            return self._changed.wait_for(lambda: self._posts >= count, timeout_seconds)

    def start(self) -> None:
        """Deliver from a background thread from now on."""
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="instagram-webhooks", daemon=True)
        self._thread.start()

    def halt(self) -> None:
        """End the background thread: from now on deliveries wait for `pump`."""
        thread, self._thread = self._thread, None
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if thread is not None:
            thread.join(_STOP_SECONDS)

    def stop(self) -> None:
        """End the background thread and close the connections."""
        self.halt()
        self._client.close()

    def reset(self) -> None:
        """Forget everything, also what is under way."""
        with self._changed:
            self._epoch += 1
            self._clear()

    def _clear(self) -> None:
        self._options = Options()
        self._posts = 0
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
        instants = self._instants()
        if not instants or self._options.paused or self._clock.frozen:
            return None
        return max(0.0, (min(instants) - self._clock.now()).total_seconds())

    def _instants(self) -> list[datetime]:
        return [due_at for due_at, _ in self._events] + [d.due_at for d in self._deliveries]

    def _has_due(self) -> bool:
        now = self._clock.now()
        return not self._options.paused and any(due_at <= now for due_at in self._instants())

    def _take_due(self) -> list[Delivery]:
        with self._changed:
            if not self._has_due():
                return []
            now = self._clock.now()
            repeated = [delivery for delivery in self._deliveries if delivery.due_at <= now]
            self._deliveries = [d for d in self._deliveries if d.due_at > now]
            return repeated + self._fresh(now)

    def _fresh(self, now: datetime) -> list[Delivery]:
        events = [event for due_at, event in self._events if due_at <= now]
        self._events = [(due_at, event) for due_at, event in self._events if due_at > now]
        groups = grouped(events, self._options)
        fresh = [delivery_of(group, self._account_id, now) for group in groups]
        self._all += fresh
        copies = fresh * self._options.duplicate
        return fresh + [Delivery(copy.body, copy.due_at) for copy in copies]

    def _attempt(self, delivery: Delivery, epoch: int) -> None:
        outcome = self._post(delivery.body)
        delivery.statuses.append(outcome)
        delivery.attempts += 1
        taken = outcome == httpx.codes.OK or delivery.attempts > len(_BACKOFF_SECONDS)
        if not taken:
            wait = _BACKOFF_SECONDS[delivery.attempts - 1]
            delivery.due_at = self._clock.now() + timedelta(seconds=wait)
        with self._changed:
            if self._epoch == epoch:
                self._posts += 1
                self._deliveries += [] if taken else [delivery]
                self._changed.notify_all()

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
