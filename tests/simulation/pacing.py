"""The promise on the rate, over every window of time: not only over whole seconds.

Slots that lie at least 1/rate apart keep every window of any length to the rate, however the
windows lie. What leaves in a slot leaves neither before it nor, but for what delays a request,
long after it.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

#: Slots are whole milliseconds.
ROUNDING = timedelta(milliseconds=2)
#: The clock of an instance is ahead by less.
EARLY = timedelta(seconds=1)
#: A slot is late after at most a second by a clock that is behind by less than another; then a
#: sender may wait for its hold for 15 s, and Instagram take as long to answer it.
LATE = timedelta(seconds=35)


@dataclass(slots=True)
class Pacing:
    """The slots in which the account's messages went out."""

    per_second: float
    _used: list[datetime] = field(default_factory=list)

    def broken_by(self, slot: datetime, at: datetime) -> Iterator[str]:
        """What is wrong with a message that goes out `at` an instant, in a slot."""
        if at < slot - EARLY:
            yield f"{slot - at} before its slot"
        apart = timedelta(seconds=1 / self.per_second) - ROUNDING
        place = bisect_left(self._used, slot)
        for neighbour in self._used[max(0, place - 1) : place + 1]:
            if abs(slot - neighbour) < apart:
                yield f"only {abs(slot - neighbour)} from another"
        self._used.insert(place, slot)


def late(slot: datetime, at: datetime) -> bool:
    """Whether a message that Instagram took `at` an instant used a slot that was forfeited."""
    return at > slot + LATE
