"""Between protobuf's times and Python's, refusing what no calendar holds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import grpc

from emulators.refused import Refused

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_datetime(timestamp: Any, field: str) -> datetime:
    """The instant, truncated to microseconds; INVALID_ARGUMENT naming `field` if it is none."""
    try:
        return EPOCH + _delta(timestamp)
    except (OverflowError, ValueError) as error:
        raise _invalid(field) from error


def to_timedelta(duration: Any, field: str) -> timedelta:
    """The duration, truncated to microseconds; INVALID_ARGUMENT naming `field` if it is none."""
    try:
        return _delta(duration)
    except (OverflowError, ValueError) as error:
        raise _invalid(field) from error


def set_timestamp(timestamp: Any, instant: datetime) -> None:
    """Write an instant into a protobuf timestamp."""
    timestamp.seconds, rest = divmod((instant - EPOCH) // timedelta(microseconds=1), 1_000_000)
    timestamp.nanos = rest * 1_000


def set_duration(duration: Any, value: timedelta) -> None:
    """Write a non-negative time span into a protobuf duration."""
    duration.seconds = value // timedelta(seconds=1)
    duration.nanos = value % timedelta(seconds=1) // timedelta(microseconds=1) * 1_000


def _delta(message: Any) -> timedelta:
    if abs(message.nanos) >= 1_000_000_000:
        raise ValueError(message.nanos)
    return timedelta(seconds=message.seconds, microseconds=int(message.nanos / 1_000))


def _invalid(field: str) -> Refused:
    return Refused(grpc.StatusCode.INVALID_ARGUMENT, f"{field} is not a valid time.")
