"""Carries the engine's attempts to their workers: by hand for tests, by itself for `./dev up`."""

import threading
from datetime import datetime, timedelta

from emulators.clock import SimClock
from emulators.cloud_tasks.attempt import Attempt
from emulators.cloud_tasks.engine import TasksEngine
from emulators.cloud_tasks.exchange import Answer, Exchange, seconds_to_wait
from emulators.cloud_tasks.tokens import Tokens

FROZEN_TIMEOUT = 1800.0  # a frozen clock cuts by being moved; real time only ends what would hang
OAUTH = "Bearer local-oauth-token"


class Dispatcher:
    """Each attempt is a real HTTP request, cut off once the clock passes its deadline."""

    def __init__(self, engine: TasksEngine, clock: SimClock, tokens: Tokens | None = None) -> None:
        self._engine, self._clock = engine, clock
        self.tokens = tokens if tokens is not None else Tokens(clock.now)
        self._open_lock = threading.Lock()
        self._open: dict[int, tuple[datetime, Exchange]] = {}
        self._wake = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None
        engine.on_change(self._wake.set)
        clock.on_move(self._clock_moved)

    def run_due(self, *, parallel: bool = False) -> int:
        """Dispatch what is due until nothing is, and give the number of attempts.

        One after the other, or with `parallel` all that are due together at the same time. What a
        worker creates meanwhile and is due now goes out too; the queue's rate bounds the total.
        """
        done = 0
        while batch := self._engine.due(self._clock.now(), limit=None if parallel else 1):
            threads = [self._thread_for(attempt) for attempt in batch[1:]]
            for thread in threads:
                thread.start()
            self._send(batch[0])
            for thread in threads:
                thread.join()
            done += len(batch)
        return done

    def start(self) -> "Dispatcher":
        """Dispatch in the background from now on: each task when it is due."""
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="cloud-tasks", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Send nothing more; requests under way end by themselves. Safe to call twice."""
        if self._thread is not None:
            self._stopping = True
            self._wake.set()
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while not self._stopping:
            self._cut_overdue()
            for attempt in self._engine.due(self._clock.now()):
                self._thread_for(attempt).start()
            self._wake.wait(self._seconds_to_next())
            self._wake.clear()  # before the next look, so that what wakes during it counts

    def _thread_for(self, attempt: Attempt) -> threading.Thread:
        return threading.Thread(target=self._send, args=(attempt,), daemon=True)

    def _send(self, attempt: Attempt) -> None:
        exchange = Exchange(attempt, self._authorization(attempt), self._timeout(attempt))
        deadline = attempt.dispatched_at + timedelta(seconds=attempt.deadline_seconds)
        with self._open_lock:
            self._open[attempt.id] = (deadline, exchange)
        self._wake.set()  # its deadline may be the next thing to wait for
        answer = Answer(None)
        try:
            answer = exchange.run()
        finally:
            with self._open_lock:
                self._open.pop(attempt.id, None)
            wait = seconds_to_wait(answer.retry_after, self._clock.now())
            self._engine.finish(attempt, answer.status, wait)

    def _authorization(self, attempt: Attempt) -> str | None:
        if attempt.service_account:
            return f"Bearer {self.tokens.issue(attempt.service_account, attempt.audience)}"
        return OAUTH if attempt.oauth else None

    def _timeout(self, attempt: Attempt) -> float:
        return FROZEN_TIMEOUT if self._clock.frozen else attempt.deadline_seconds

    def _clock_moved(self) -> None:
        self._cut_overdue()
        self._wake.set()

    def _cut_overdue(self) -> None:
        now = self._clock.now()
        with self._open_lock:
            overdue = [number for number, (at, _) in self._open.items() if at <= now]
            exchanges = [self._open.pop(number)[1] for number in overdue]
        for exchange in exchanges:
            exchange.cut()

    def _seconds_to_next(self) -> float | None:
        with self._open_lock:
            instants = [deadline for deadline, _ in self._open.values()]
        task_at = self._engine.next_at()
        if task_at is not None:
            instants.append(task_at)
        if not instants or self._clock.frozen:
            return None
        return max(0.0, (min(instants) - self._clock.now()).total_seconds())
