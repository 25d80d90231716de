"""Which attempts go out when, and which are under way."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from emulators.cloud_tasks.attempt import Attempt
from emulators.cloud_tasks.live_queue import LiveQueue
from emulators.cloud_tasks.live_task import LiveTask, succeeded
from emulators.cloud_tasks.queues import Queues
from emulators.cloud_tasks.settings import Settings

SLOWS_THE_QUEUE = (429, 503)


class Dispatching:
    """Three sources of attempts: forced by RunTask, second deliveries, and the queues' turn."""

    def __init__(self, queues: Queues) -> None:
        self._queues = queues
        self._under_way: dict[int, tuple[LiveQueue, LiveTask]] = {}
        self._forced: list[Attempt] = []
        self._second: list[tuple[datetime, Attempt, LiveQueue, LiveTask]] = []
        self._count = 0

    def next_at(self, now: datetime, settings: Settings) -> datetime | None:
        """When there is something to give out; None if only a change can bring that about."""
        if self._forced:
            return now
        if settings.paused:
            return None
        instants = [at for queue in self._queues if (at := queue.next_at(now)) is not None]
        instants += [at for at, _, queue, _ in self._second if not queue.paused]
        return min(instants, default=None)

    def due(self, now: datetime, limit: int | None, settings: Settings) -> Iterator[Attempt]:
        """Up to `limit` attempts to send now."""
        given = 0
        while limit is None or given < limit:
            attempt = self._next(now, settings)
            if attempt is None:
                return
            given += 1
            yield attempt

    def force(self, queue: LiveQueue, task: LiveTask, now: datetime, settings: Settings) -> None:
        """Begin an attempt at once; it goes out before all others, whatever is paused or full."""
        task.schedule(now)
        self._forced.append(self._begin(queue, task, now, settings))

    def take_back(self, attempt: Attempt, status: int | None) -> tuple[LiveQueue, LiveTask] | None:
        """Free the attempt's place, let its answer set the queue's pace; None if not under way."""
        found = self._under_way.pop(attempt.id, None)
        if found is None:
            return None
        queue, task = found
        queue.running -= 1
        task.running -= 1
        if status in SLOWS_THE_QUEUE:
            queue.bucket.slow_down()
        elif succeeded(status):
            queue.bucket.recover()
        return found

    def clear(self) -> None:
        """Forget everything; the answers of attempts under way will be ignored."""
        self._under_way.clear()
        self._forced.clear()
        self._second.clear()

    def _next(self, now: datetime, settings: Settings) -> Attempt | None:
        if self._forced:
            return self._forced.pop(0)
        if settings.paused:
            return None
        return self._second_due(now) or self._first_due(now, settings)

    def _first_due(self, now: datetime, settings: Settings) -> Attempt | None:
        for queue in self._queues:
            task = queue.take(now)
            if task is not None:
                return self._begin(queue, task, now, settings)
        return None

    def _second_due(self, now: datetime) -> Attempt | None:
        for index, (at, attempt, queue, task) in enumerate(self._second):
            if at <= now and not queue.paused:
                del self._second[index]
                again = replace(attempt, id=self._number(), dispatched_at=now, second_delivery=True)
                task.running += 1
                return self._sent(again, queue, task)
        return None

    def _begin(
        self, queue: LiveQueue, task: LiveTask, now: datetime, settings: Settings
    ) -> Attempt:
        first = task.first_attempt_at is None
        attempt = task.dispatch(self._number(), now)
        after = settings.second_delivery(task.name) if first else None
        if after is not None:
            self._second.append((now + after, attempt, queue, task))
        return self._sent(attempt, queue, task)

    def _sent(self, attempt: Attempt, queue: LiveQueue, task: LiveTask) -> Attempt:
        queue.running += 1
        self._under_way[attempt.id] = (queue, task)
        return attempt

    def _number(self) -> int:
        self._count += 1
        return self._count
