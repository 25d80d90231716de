"""A queue at work: what is waiting, what is running, and what may go out now."""

import heapq
from datetime import datetime
from typing import Any

from emulators.cloud_tasks import instants
from emulators.cloud_tasks.bucket import TokenBucket
from emulators.cloud_tasks.live_task import LiveTask
from emulators.cloud_tasks.messages import Queue


class LiveQueue:
    """Tasks by name, and a heap by the instant from which each may go out."""

    def __init__(self, stored: Any, now: datetime) -> None:
        self.stored = stored
        self.tasks: dict[str, LiveTask] = {}
        self.running = 0
        rates = stored.rate_limits
        self.bucket = TokenBucket(rates.max_dispatches_per_second, rates.max_burst_size, now)
        self._heap: list[tuple[datetime, int, int, LiveTask]] = []

    @property
    def name(self) -> str:
        """The full resource name."""
        return str(self.stored.name)

    @property
    def paused(self) -> bool:
        """Whether the user has paused it."""
        return bool(self.stored.state == Queue.PAUSED)

    def reconfigure(self, now: datetime) -> None:
        """Take over changed rate limits."""
        rates = self.stored.rate_limits
        self.bucket.configure(rates.max_dispatches_per_second, rates.max_burst_size, now)

    def add(self, task: LiveTask) -> None:
        """Hold a new task."""
        self.tasks[task.name] = task
        self.await_turn(task)

    def await_turn(self, task: LiveTask) -> None:
        """Line a task up for its `ready_at`."""
        heapq.heappush(self._heap, (task.ready_at, task.sequence, task.turn, task))

    def remove(self, task: LiveTask) -> None:
        """Forget a task; attempts under way run on, their answers change nothing."""
        task.gone = True
        del self.tasks[task.name]

    def purge(self, now: datetime) -> list[LiveTask]:
        """Forget every task and note the time; gives back what was forgotten."""
        purged = list(self.tasks.values())
        for task in purged:
            self.remove(task)
        self._heap.clear()
        instants.set_timestamp(self.stored.purge_time, now)
        return purged

    def next_at(self, now: datetime) -> datetime | None:
        """When the next task can go out; None while nothing waits or every place is taken."""
        head = self._head()
        if head is None or self.paused or self._full:
            return None
        return max(head.ready_at, self.bucket.ready_at(now))

    def take(self, now: datetime) -> LiveTask | None:
        """The task that may go out now, with its token taken; None if none may."""
        at = self.next_at(now)
        if at is None or at > now:
            return None
        self.bucket.take(now)
        return heapq.heappop(self._heap)[3]

    @property
    def _full(self) -> bool:
        return bool(self.running >= self.stored.rate_limits.max_concurrent_dispatches)

    def _head(self) -> LiveTask | None:
        while self._heap:
            _, _, turn, task = self._heap[0]
            if not task.gone and turn == task.turn:
                return task
            heapq.heappop(self._heap)
        return None
