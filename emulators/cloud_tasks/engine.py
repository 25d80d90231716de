"""Cloud Tasks without I/O: queues, tasks, and which attempt goes out when."""

import threading
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import grpc

from emulators.cloud_tasks import backoff, names, queue_config, queue_file, task_checks
from emulators.cloud_tasks.attempt import Attempt
from emulators.cloud_tasks.counts import Counts
from emulators.cloud_tasks.dispatching import Dispatching
from emulators.cloud_tasks.faults import Faults
from emulators.cloud_tasks.live_queue import LiveQueue
from emulators.cloud_tasks.live_task import RETENTION, LiveTask, succeeded
from emulators.cloud_tasks.messages import Queue, Task
from emulators.cloud_tasks.queues import Queues
from emulators.cloud_tasks.settings import Settings
from emulators.cloud_tasks.tombstones import Tombstones
from emulators.refused import Refused

NAME_HELD = timedelta(hours=24)


class TasksEngine:
    """Deterministic but for `ids`, and thread-safe; time is whatever `clock` says.

    Requests come in as raw protobuf messages and leave as copies. Work goes out through `due`,
    and every attempt given out comes back through `finish`.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        ids: Callable[[], str] = lambda: str(uuid.uuid4().int % 10**20),
    ) -> None:
        self._clock, self._ids = clock, ids
        self._lock = threading.RLock()
        self._listeners: list[Callable[[], None]] = []
        self._from_file: list[queue_file.QueueLine] = []
        self._queues = Queues()
        self._finished = Tombstones(NAME_HELD)
        self._dispatching = Dispatching(self._queues)
        self._sequence = 0
        self.counts = Counts()
        self.faults = Faults()
        self.settings = Settings()

    # What people and tests steer

    def queue_from_file(self, path: Path, parent: str = queue_file.DEFAULT_PARENT) -> None:
        """Create the queues of a file (`queue_file`); they outlive `reset`."""
        with self._lock:
            lines = queue_file.read(path, parent)
            self._create_from(lines)
            self._from_file += lines
            self._changed()

    def configure(self, wanted: Mapping[str, object]) -> Settings:
        """Change some of the settings; ValueError names what is wrong."""
        with self._lock:
            self.settings = self.settings.changed(wanted)
            self._changed()
            return self.settings

    def on_change(self, listener: Callable[[], None]) -> None:
        """Have `listener` called whenever there may be work at another time than before.

        It is called under the engine's lock and must not wait for anything.
        """
        self._listeners.append(listener)

    def list_tasks(self) -> list[dict[str, Any]]:
        """Every task of every queue, JSON-able, the next to be dispatched first."""
        with self._lock:
            tasks = [task for queue in self._queues for task in queue.tasks.values()]
            tasks.sort(key=lambda task: (task.ready_at, task.sequence))
            return [task.described() for task in tasks]

    def reset(self) -> None:
        """Back to the queues of the file, with no task, no reserved name, no count, no setting."""
        with self._lock:
            for queue in self._queues:
                queue.purge(self._clock())
            self._queues.clear()
            self._finished.clear()
            self._dispatching.clear()
            self.counts.clear()
            self.faults.clear()
            self.settings = Settings()
            self._create_from(self._from_file)
            self._changed()

    # Queues

    def create_queue(self, parent: str, queue: Any) -> Any:
        """A new queue; ALREADY_EXISTS, or FAILED_PRECONDITION while its name is reserved."""
        with self._lock:
            return _copy(self._queues.create(parent, queue, self._clock()).stored)

    def update_queue(self, queue: Any, paths: Iterable[str]) -> Any:
        """Change the masked fields of a queue, or create it."""
        with self._lock:
            stored = self._queues.update(queue, list(paths), self._clock()).stored
            self._changed()
            return _copy(stored)

    def get_queue(self, name: str) -> Any:
        """The queue's configuration and state."""
        with self._lock:
            return _copy(self._queues.get(name).stored)

    def list_queues(self, parent: str, chosen: Callable[[Any], bool]) -> list[Any]:
        """The queues of a location that are `chosen`, by name."""
        with self._lock:
            return [_copy(stored) for stored in self._queues.under(parent, chosen)]

    def delete_queue(self, name: str) -> None:
        """Remove a queue and its tasks; its name stays reserved for days."""
        with self._lock:
            self._bury(self._queues.delete(name, self._clock()))

    def purge_queue(self, name: str) -> Any:
        """Remove a queue's tasks; their names stay reserved."""
        with self._lock:
            queue = self._queues.get(name)
            self._bury(queue.purge(self._clock()))
            return _copy(queue.stored)

    def set_paused(self, name: str, *, paused: bool) -> Any:
        """Stop or restart a queue's dispatches."""
        with self._lock:
            queue = self._queues.get(name)
            queue.stored.state = Queue.PAUSED if paused else Queue.RUNNING
            self._changed()
            return _copy(queue.stored)

    # Tasks

    def create_task(self, parent: str, wanted: Any, caller: str = "other") -> Any:
        """Add a task; ALREADY_EXISTS for a name that lives or lived within a day."""
        with self._lock:
            now = self._clock()
            queue = self._queues.get(parent)
            stored = self._completed(queue, wanted, now)
            self._sequence += 1
            task = LiveTask(stored, self._sequence, created_at=now, ready_at=now)
            scheduled = task_checks.scheduled_at(stored)
            task.ready_at = scheduled + self.settings.lateness(stored.name)
            queue.add(task)
            self.counts.created(caller)
            self._changed()
            return _copy(stored)

    def get_task(self, name: str) -> Any:
        """The whole task; NOT_FOUND, with other words if it existed recently."""
        with self._lock:
            return _copy(self._task(name)[1].stored)

    def tasks_of(self, parent: str) -> list[Any]:
        """The tasks of a queue, by name."""
        with self._lock:
            tasks = self._queues.get(parent).tasks
            return [_copy(tasks[name].stored) for name in sorted(tasks)]

    def delete_task(self, name: str) -> None:
        """Remove a task; its name stays reserved."""
        with self._lock:
            queue, task = self._task(name)
            self._end(queue, task)

    def run_task(self, name: str) -> Any:
        """Dispatch a task now, whatever its schedule, its queue's limits and state say."""
        with self._lock:
            queue, task = self._task(name)
            self._dispatching.force(queue, task, self._clock(), self.settings)
            self._changed()
            return _copy(task.stored)

    # Dispatch

    def next_at(self) -> datetime | None:
        """When `due` has something to give out; None if only a change can bring that about."""
        with self._lock:
            return self._dispatching.next_at(self._clock(), self.settings)

    def due(self, now: datetime, limit: int | None = None) -> list[Attempt]:
        """Up to `limit` attempts to send now: rate, concurrency and pauses are respected."""
        with self._lock:
            self._drop_expired(now)
            attempts = list(self._dispatching.due(now, limit, self.settings))
            for attempt in attempts:
                self.counts.dispatched(names.short(attempt.queue_name))
            return attempts

    def finish(
        self, attempt: Attempt, status: int | None, retry_after: float | None = None
    ) -> None:
        """Take the worker's answer: its HTTP status, or None if there was none at all.

        `retry_after` is in seconds and lengthens the wait. An attempt that is not under way (any
        more) is ignored: its task was reset away.
        """
        with self._lock:
            found = self._dispatching.take_back(attempt, status)
            if found is None:
                return
            queue, task = found
            if not attempt.second_delivery and not task.gone:
                self._settle(queue, task, status, retry_after or 0.0)
            self._changed()

    def _create_from(self, lines: Iterable[queue_file.QueueLine]) -> None:
        for line in lines:
            parent = names.parent(line.queue.name)
            self._queues.create(parent, line.queue, self._clock(), line.burst)

    def _drop_expired(self, now: datetime) -> None:
        for queue in self._queues:
            oldest = next(iter(queue.tasks.values()), None)
            while oldest is not None and now - oldest.created_at >= RETENTION:
                self._end(queue, oldest)
                oldest = next(iter(queue.tasks.values()), None)

    def _settle(
        self, queue: LiveQueue, task: LiveTask, status: int | None, retry_after: float
    ) -> None:
        now, retry = self._clock(), queue_config.retry_of(queue.stored, task.stored)
        if succeeded(status) or task.spent(retry, now):
            self._end(queue, task)
            return
        wait = backoff.interval(retry, task.stored.dispatch_count)
        task.fail(status, now, min(max(wait, timedelta(seconds=retry_after)), RETENTION))
        queue.await_turn(task)

    def _completed(self, queue: LiveQueue, wanted: Any, now: datetime) -> Any:
        task_checks.check(wanted, now)
        stored = Task()
        stored.CopyFrom(wanted)
        stored.name = wanted.name or f"{queue.name}/tasks/{self._ids()}"
        task_checks.complete(stored, now)
        task_checks.check_size(stored)
        self._check_name(queue, stored.name, now)
        return stored

    def _check_name(self, queue: LiveQueue, name: str, now: datetime) -> None:
        named = names.parent(names.check_task(name))
        if named != queue.name:
            raise Refused(
                grpc.StatusCode.INVALID_ARGUMENT,
                f"The queue name from request ('{queue.name}') must be the same as the queue name"
                f" in the named task ('{named}').",
            )
        if name in queue.tasks or self._finished.holds(name, now):
            raise Refused(grpc.StatusCode.ALREADY_EXISTS, "Requested entity already exists")

    def _task(self, name: str) -> tuple[LiveQueue, LiveTask]:
        queue = self._queues.find(names.parent(names.check_task(name)))
        if queue is not None and name in queue.tasks:
            return queue, queue.tasks[name]
        if self._finished.holds(name, self._clock()):
            raise Refused(
                grpc.StatusCode.NOT_FOUND,
                "The task no longer exists, though a task with this name existed recently."
                " The task either successfully completed or was deleted.",
            )
        raise Refused(grpc.StatusCode.NOT_FOUND, "Requested entity was not found.")

    def _end(self, queue: LiveQueue, task: LiveTask) -> None:
        queue.remove(task)
        self._bury([task])

    def _bury(self, tasks: Iterable[LiveTask]) -> None:
        for task in tasks:
            self._finished.bury(task.name, self._clock())
        self._changed()

    def _changed(self) -> None:
        for listener in self._listeners:
            listener()


def _copy(message: Any) -> Any:
    copied = type(message)()
    copied.CopyFrom(message)
    return copied
