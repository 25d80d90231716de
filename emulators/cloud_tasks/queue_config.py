"""A queue's limits and retry rules: what is filled in, what is refused, what an update changes."""

import math
from datetime import timedelta
from typing import Any

import grpc
from google.protobuf.message import Message

from emulators.cloud_tasks import instants
from emulators.refused import Refused

MOST_PER_SECOND = 500
MOST_CONCURRENT = 5000
DEFAULT_CONCURRENT = 1000
DEFAULT_ATTEMPTS = 100
DEFAULT_DOUBLINGS = 16
DEFAULT_MIN_BACKOFF = timedelta(milliseconds=100)
DEFAULT_MAX_BACKOFF = timedelta(hours=1)
UPDATABLE = ("rate_limits", "retry_config", "stackdriver_logging_config")


def check(queue: Any) -> None:
    """Refuse limits outside the documented bounds, and what this emulator does not have."""
    if queue.HasField("app_engine_routing_override") or queue.HasField("http_target"):
        raise Refused(
            grpc.StatusCode.UNIMPLEMENTED,
            "Queue-level targets (appEngineRoutingOverride, httpTarget) are not emulated.",
        )
    _check_rates(queue.rate_limits)
    check_retry(queue.retry_config, "Queue.retryConfig")


def complete(queue: Any, burst: int = 0) -> None:
    """Fill in the service's defaults; `burst` is a queue file's wish, 0 the service's choice."""
    rates, retry = queue.rate_limits, queue.retry_config
    rates.max_dispatches_per_second = rates.max_dispatches_per_second or MOST_PER_SECOND
    rates.max_concurrent_dispatches = rates.max_concurrent_dispatches or DEFAULT_CONCURRENT
    rates.max_burst_size = burst or max(1, math.ceil(rates.max_dispatches_per_second))
    retry.max_attempts = retry.max_attempts or DEFAULT_ATTEMPTS
    if not retry.HasField("min_backoff"):
        instants.set_duration(retry.min_backoff, _default_least(retry))
    if not retry.HasField("max_backoff"):
        instants.set_duration(retry.max_backoff, _default_most(retry))


def complete_new(queue: Any, burst: int = 0) -> None:
    """As `complete`, for a queue just created, where zero doublings mean "not said"."""
    queue.retry_config.max_doublings = queue.retry_config.max_doublings or DEFAULT_DOUBLINGS
    complete(queue, burst)


def merge(queue: Any, wanted: Any, paths: list[str]) -> None:
    """Lay the masked fields of `wanted` over `queue`; no mask means every field that can change."""
    for path in paths or UPDATABLE:
        outer, _, inner = path.partition(".")
        if outer not in UPDATABLE:
            raise _invalid(f"Queue.{path} cannot be updated.")
        if inner:
            _copy_field(getattr(queue, outer), getattr(wanted, outer), inner, path)
        else:
            _copy_field(queue, wanted, outer, path)


def check_retry(retry: Any, where: str) -> None:
    """Refuse a retry configuration that the service refuses."""
    if retry.max_attempts < -1:
        raise _invalid(f"{where}.maxAttempts must be -1 (unlimited) or greater.")
    if retry.max_doublings < 0:
        raise _invalid(f"{where}.maxDoublings must not be negative.")
    least = instants.to_timedelta(retry.min_backoff, f"{where}.minBackoff")
    most = instants.to_timedelta(retry.max_backoff, f"{where}.maxBackoff")
    longest = instants.to_timedelta(retry.max_retry_duration, f"{where}.maxRetryDuration")
    if min(least, most, longest) < timedelta(0):
        raise _invalid(f"{where} must not hold negative durations.")
    if retry.HasField("min_backoff") and retry.HasField("max_backoff") and least > most:
        raise _invalid(f"{where}.minBackoff must not be greater than maxBackoff.")


def retry_of(queue: Any, task: Any) -> Any:
    """The retry rules of one task: its own where it has any, the queue's for the rest."""
    if not task.HasField("retry_config"):
        return queue.retry_config
    merged = type(queue.retry_config)()
    merged.CopyFrom(queue.retry_config)
    for field, _ in task.retry_config.ListFields():
        merged.ClearField(field.name)  # merging alone would add up the parts of a duration
    merged.MergeFrom(task.retry_config)
    return merged


def _check_rates(rates: Any) -> None:
    rate = rates.max_dispatches_per_second
    if not 0 <= rate <= MOST_PER_SECOND:  # also refuses NaN
        raise _invalid(
            f"Queue.rateLimits.maxDispatchesPerSecond must be between 0 and {MOST_PER_SECOND}."
        )
    if not 0 <= rates.max_concurrent_dispatches <= MOST_CONCURRENT:
        raise _invalid(
            f"Queue.rateLimits.maxConcurrentDispatches must be between 0 and {MOST_CONCURRENT}."
        )


def _default_least(retry: Any) -> timedelta:
    if not retry.HasField("max_backoff"):
        return DEFAULT_MIN_BACKOFF
    return min(DEFAULT_MIN_BACKOFF, instants.to_timedelta(retry.max_backoff, "maxBackoff"))


def _default_most(retry: Any) -> timedelta:
    return max(DEFAULT_MAX_BACKOFF, instants.to_timedelta(retry.min_backoff, "minBackoff"))


def _copy_field(target: Any, source: Any, name: str, path: str) -> None:
    if name not in target.DESCRIPTOR.fields_by_name:
        raise _invalid(f"Queue has no field {path}.")
    value = getattr(source, name)
    if not isinstance(value, Message):
        setattr(target, name, value)
    elif source.HasField(name):
        getattr(target, name).CopyFrom(value)
    else:
        target.ClearField(name)


def _invalid(message: str) -> Refused:
    return Refused(grpc.StatusCode.INVALID_ARGUMENT, message)
