"""A task in its queue, and what each answer of the worker does to it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from emulators.cloud_tasks import backoff, instants, names
from emulators.cloud_tasks.attempt import Attempt, attempt_of, cloud_tasks_headers

RETENTION = timedelta(days=31)
_STATUS: dict[int, tuple[int, str]] = {
    400: (3, "INVALID_ARGUMENT"),
    401: (16, "UNAUTHENTICATED"),
    403: (7, "PERMISSION_DENIED"),
    404: (5, "NOT_FOUND"),
    409: (10, "ABORTED"),
    429: (8, "RESOURCE_EXHAUSTED"),
    499: (1, "CANCELLED"),
    500: (13, "INTERNAL"),
    501: (12, "UNIMPLEMENTED"),
    503: (14, "UNAVAILABLE"),
    504: (4, "DEADLINE_EXCEEDED"),
}


def succeeded(status: int | None) -> bool:
    """Whether this answer ends the task."""
    return status is not None and 200 <= status < 300


@dataclass(slots=True)
class LiveTask:
    """`stored` is the raw Task as GetTask gives it back; the rest is what dispatch needs."""

    stored: Any
    sequence: int
    created_at: datetime
    ready_at: datetime
    """When it may be dispatched: its schedule time, or later where a setting makes it late."""
    turn: int = 0
    """Counts reschedules, so that an outdated entry of the queue's heap is known as such."""
    running: int = 0
    executions: int = 0
    previous: int | None = None
    gone: bool = False
    first_attempt_at: datetime | None = field(default=None)

    @property
    def name(self) -> str:
        """The full resource name."""
        return str(self.stored.name)

    def dispatch(self, number: int, now: datetime) -> Attempt:
        """Begin an attempt and note it on the stored task."""
        task, retries = self.stored, self.stored.dispatch_count
        headers = cloud_tasks_headers(task, retries, self.executions, self.previous)
        attempt = attempt_of(task, number, now, headers)
        self.running += 1
        self.first_attempt_at = self.first_attempt_at or now
        task.dispatch_count += 1
        instants.set_timestamp(task.first_attempt.dispatch_time, self.first_attempt_at)
        task.last_attempt.Clear()
        task.last_attempt.schedule_time.CopyFrom(task.schedule_time)
        instants.set_timestamp(task.last_attempt.dispatch_time, now)
        return attempt

    def fail(self, status: int | None, now: datetime, wait: timedelta) -> None:
        """Note a failed attempt and schedule the next one."""
        self.previous = status
        if status is not None:
            self.stored.response_count += 1
            self.executions += status < 500
        last = self.stored.last_attempt
        instants.set_timestamp(last.response_time, now)
        last.response_status.code, last.response_status.message = _outcome(status)
        self.schedule(now + wait)

    def schedule(self, at: datetime) -> None:
        """Have it dispatched at an instant, whatever was planned before."""
        self.ready_at = at
        self.turn += 1
        instants.set_timestamp(self.stored.schedule_time, at)

    def spent(self, retry: Any, now: datetime) -> bool:
        """Whether no further attempt is made after a failure now."""
        first = self.first_attempt_at or now
        expired = now - self.created_at >= RETENTION
        return expired or backoff.gives_up(retry, self.stored.dispatch_count, first, now)

    def described(self) -> dict[str, Any]:
        """JSON-able, for people and tests."""
        request = self.stored.http_request
        return {
            "name": names.short(self.name),
            "queue": names.short(names.parent(self.name)),
            "url": request.url,
            "body": request.body.decode(errors="replace"),
            "created_at": self.created_at.isoformat(),
            "scheduled_at": instants.to_datetime(self.stored.schedule_time, "").isoformat(),
            "dispatches": self.stored.dispatch_count,
            "executions": self.executions,
            "running": self.running,
            "previous_response": self.previous,
        }


def _outcome(status: int | None) -> tuple[int, str]:
    if status is None:
        return 14, "UNAVAILABLE(14): no response"
    code, name = _STATUS.get(status, (2, "UNKNOWN"))
    return code, f"{name}({code}): HTTP status code {status}"
