"""The queues of the emulator: made, changed, paused, emptied and deleted by name."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import grpc

from emulators.cloud_tasks import names, queue_config
from emulators.cloud_tasks.live_queue import LiveQueue
from emulators.cloud_tasks.live_task import LiveTask
from emulators.cloud_tasks.messages import Queue
from emulators.cloud_tasks.tombstones import Tombstones
from emulators.refused import Refused

NAME_HELD = timedelta(days=3)
NO_QUEUE = (
    "Queue does not exist. If you just created the queue, wait at least a minute for the queue"
    " to initialize."
)
TOO_RECENT = "The queue cannot be created because a queue with this name existed too recently."


class Queues:
    """By full name; every refusal carries production's code and words."""

    def __init__(self) -> None:
        self._queues: dict[str, LiveQueue] = {}
        self._deleted = Tombstones(NAME_HELD)

    def __iter__(self) -> Any:
        return iter(self._queues.values())

    def find(self, name: str) -> LiveQueue | None:
        """The queue, or None."""
        return self._queues.get(name)

    def get(self, name: str) -> LiveQueue:
        """The queue, or NOT_FOUND."""
        queue = self._queues.get(names.check_queue(name))
        if queue is None:
            raise Refused(grpc.StatusCode.NOT_FOUND, NO_QUEUE)
        return queue

    def create(self, parent: str, wanted: Any, now: datetime, burst: int = 0) -> LiveQueue:
        """A new queue with the service's defaults filled in."""
        names.check_location(parent)
        if names.parent(names.check_queue(wanted.name)) != parent:
            raise Refused(
                grpc.StatusCode.INVALID_ARGUMENT,
                f"The location from request ('{parent}') must be the same as the location in the"
                f" named queue ('{wanted.name}').",
            )
        if wanted.name in self._queues:
            raise Refused(grpc.StatusCode.ALREADY_EXISTS, "Queue already exists")
        return self._add(wanted, now, burst)

    def update(self, wanted: Any, paths: list[str], now: datetime) -> LiveQueue:
        """Change the masked fields; a queue that does not exist is created."""
        queue = self._queues.get(names.check_queue(wanted.name))
        if queue is None:
            return self._add(wanted, now, burst=0)
        changed = Queue()
        changed.CopyFrom(queue.stored)
        queue_config.merge(changed, wanted, paths)
        queue_config.check(changed)
        if "retry_config.max_doublings" in paths:
            queue_config.complete(changed)
        else:
            queue_config.complete_new(changed)
        queue.stored.CopyFrom(changed)
        queue.reconfigure(now)
        return queue

    def under(self, parent: str, chosen: Callable[[Any], bool]) -> list[Any]:
        """The stored queues of one location that are `chosen`, by name."""
        prefix = names.check_location(parent) + "/queues/"
        found = (queue.stored for name, queue in self._queues.items() if name.startswith(prefix))
        return sorted(filter(chosen, found), key=lambda stored: stored.name)

    def delete(self, name: str, now: datetime) -> list[LiveTask]:
        """Remove a queue with all its tasks, which are given back; its name stays reserved."""
        queue = self._queues.pop(names.check_queue(name), None)
        if queue is None:
            raise Refused(grpc.StatusCode.NOT_FOUND, "Requested entity was not found.")
        self._deleted.bury(name, now)
        return queue.purge(now)

    def clear(self) -> None:
        """Forget all queues and all reserved names."""
        self._queues.clear()
        self._deleted.clear()

    def _add(self, wanted: Any, now: datetime, burst: int) -> LiveQueue:
        queue_config.check(wanted)
        if self._deleted.holds(wanted.name, now):
            raise Refused(grpc.StatusCode.FAILED_PRECONDITION, TOO_RECENT)
        stored = Queue()
        stored.CopyFrom(wanted)
        stored.state = Queue.RUNNING
        stored.ClearField("purge_time")
        queue_config.complete_new(stored, burst)
        self._queues[stored.name] = LiveQueue(stored, now)
        return self._queues[stored.name]
