"""Firestore's time: whole microseconds since 1970, and no two commits at the same one."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from emulators.refused import Refused

SECOND = 1_000_000
"""Microseconds in a second: the unit of every instant in this package."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Instants:
    """Hands out the instants of reads and commits over a clock that may stand still or go back."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._last = 0

    def clock(self) -> int:
        """What the clock shows, in microseconds; may repeat or go back."""
        return (self._clock() - _EPOCH) // _MICROSECOND

    def present(self) -> int:
        """The instant of a read: not before any commit, and before every later commit."""
        self._last = max(self.clock(), self._last)
        return self._last

    def next_commit(self) -> int:
        """The instant of a commit: later than every instant handed out before."""
        self._last = max(self.clock(), self._last + 1)
        return self._last

    def restart(self) -> int:
        """The instant at which all is forgotten, by the clock alone: also where that went back."""
        self._last = self.clock()
        return self.next_commit()

    def not_before(self, instant: int) -> None:
        """Make every later commit come after `instant`."""
        self._last = max(self._last, instant)


def to_timestamp(instant: int) -> Timestamp:
    """The instant as protobuf says it."""
    seconds, micros = divmod(instant, SECOND)
    return Timestamp(seconds=seconds, nanos=micros * 1000)


def requested(stamp: Timestamp) -> int:
    """The instant that a request names; INVALID_ARGUMENT if there can have been no such one."""
    if stamp.nanos % 1000:
        raise _invalid("timestamp cannot have more than microseconds precision")
    if stamp.seconds < 0:
        raise _invalid("Only timestamps past epoch are supported.")
    return from_timestamp(stamp)


def from_timestamp(stamp: Timestamp) -> int:
    """The microsecond in which `stamp` lies."""
    return stamp.seconds * SECOND + stamp.nanos // 1000


def _invalid(message: str) -> Refused:
    return Refused(grpc.StatusCode.INVALID_ARGUMENT, message)
