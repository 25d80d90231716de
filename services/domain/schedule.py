"""When tasks run and what they are called.

A name holds its instant, so that "already exists" says something definite: a task at that very
instant exists or existed, and cannot have run before it. That is success exactly when what the
task must see was committed before. Naming a task by its thread alone loses messages: the name
stays taken for up to a day after the task ran (Cloud Tasks API, CreateTask).
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.domain.ids import digest, fraction

#: When the sweep looks after messages that were given back and not tried again.
RELEASE_GRACE = timedelta(seconds=60)
_HOUR = 3600  # seconds


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """A task's name and the instant at which it runs."""

    name: str
    at: datetime


def inbound(
    thread: str, now: datetime, *, delay_min_seconds: float, delay_max_seconds: float
) -> TaskSpec:
    """The task that will answer what arrives at `now`.

    Time is cut into buckets half as wide as the delay's range. All messages of a bucket share
    one task, which cannot run before the bucket has closed; the delay from a message to its task
    lies within (delay_min_seconds, delay_max_seconds].
    """
    width = max((delay_max_seconds - delay_min_seconds) / 2, 0.001)
    bucket = math.floor(now.timestamp() / width)
    jitter = fraction(thread, bucket) * max(delay_max_seconds - delay_min_seconds - width, 0)
    at = _whole_ms((bucket + 1) * width + delay_min_seconds + jitter)
    return TaskSpec(digest(thread, "in", at.timestamp()), at)


def later(thread: str, wanted: datetime, now: datetime, *, clock_margin_seconds: float) -> TaskSpec:
    """A look at the thread at `wanted`, never by the name of a task that may run now."""
    at = _whole_second(max(wanted, now + timedelta(seconds=clock_margin_seconds + 1)))
    return TaskSpec(digest(thread, "at", at.timestamp()), at)


def look_at_claim(
    thread: str, claim_id: str, expires_at: datetime, now: datetime, *, clock_margin_seconds: float
) -> TaskSpec:
    """One look at a live claim once it has ended by every clock, whoever asks and however often.

    A look at the very instant finds the claim alive where its clock is behind, and would then ask
    for its own name.
    """
    margin = timedelta(seconds=clock_margin_seconds)
    at = _whole_second(max(expires_at + margin, now + margin + timedelta(seconds=1)))
    return TaskSpec(digest(thread, "claim", claim_id, at.timestamp()), at)


def delivery_of_turn(thread: str, turn_id: str, now: datetime) -> TaskSpec:
    """The delivery of what a turn has just queued: at once, one name per turn."""
    return TaskSpec(digest(thread, "turn", turn_id), now)


def delivery_in_slot(thread: str, slot: datetime) -> TaskSpec:
    """A look in the slot that was leased for the thread: no two looks share one."""
    return TaskSpec(digest(thread, "slot", slot.timestamp()), slot)


def delivery_retry(thread: str, item: str, attempt: int, at: datetime) -> TaskSpec:
    """Another try of an item: by its number, it never has the name of the task now running."""
    return TaskSpec(digest(thread, "retry", item, attempt, at.timestamp()), at)


def hourly(thread: str, now: datetime) -> datetime:
    """The thread's next instant of the hour, at most an hour away.

    Looks that find the same thing to wait for ask for the same task, however many they are.
    """
    offset = fraction(thread, "hour") * _HOUR
    begun = (now.timestamp() - offset) // _HOUR
    return _whole_second(datetime.fromtimestamp((begun + 1) * _HOUR + offset, UTC))


def covers(appointment: TaskSpec, committed_at: datetime, *, clock_margin_seconds: float) -> bool:
    """Whether a task of that name is sure to see what was committed at `committed_at`."""
    return committed_at < appointment.at - timedelta(seconds=clock_margin_seconds)


def _whole_ms(seconds: float) -> datetime:
    return datetime.fromtimestamp(math.ceil(seconds * 1000) / 1000, UTC)


def _whole_second(instant: datetime) -> datetime:
    return datetime.fromtimestamp(math.ceil(instant.timestamp()), UTC)
