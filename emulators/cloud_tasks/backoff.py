"""When a failed task is tried again, and when it is given up."""

from datetime import datetime, timedelta
from typing import Any

from emulators.cloud_tasks.instants import to_timedelta

UNLIMITED = -1


def interval(retry: Any, failures: int) -> timedelta:
    """The wait after the n-th failure: doubled `max_doublings` times, then linear, then capped."""
    least = to_timedelta(retry.min_backoff, "RetryConfig.minBackoff")
    most = to_timedelta(retry.max_backoff, "RetryConfig.maxBackoff")
    doublings = min(failures - 1, retry.max_doublings, 64)  # beyond any cap, within a float
    factor: float = 2.0**doublings * max(1, failures - retry.max_doublings)
    if least.total_seconds() * factor >= most.total_seconds():
        return most
    return least * factor


def gives_up(retry: Any, attempts: int, first_attempt_at: datetime, now: datetime) -> bool:
    """Whether every limit that is set has been reached; with none set, never."""
    limits = []
    if retry.max_attempts != UNLIMITED:
        limits.append(attempts >= retry.max_attempts)
    longest = to_timedelta(retry.max_retry_duration, "RetryConfig.maxRetryDuration")
    if longest > timedelta(0):
        limits.append(now - first_attempt_at >= longest)
    return bool(limits) and all(limits)
