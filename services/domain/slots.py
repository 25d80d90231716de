"""Pacing: slots are instants at which one message of an account may leave.

They lie 1/rate apart, are given out once, and are worth nothing when they are late.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.domain.instants import from_ms, to_ms

#: Messages a second that are never passed, whatever the setting: with what `grace` adds, a
#: second then sees no more than Meta's 100 (Instagram Platform documentation, Rate limits).
MOST_PER_SECOND = 80.0
LEAST_PER_SECOND = 0.05
#: Part of the rate that is left when Meta's usage headers come near the limit.
SLOWED = 0.25
#: Seconds of slots that are leased at once.
BLOCK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Lease:
    """A block of slots, and where the account's next block begins."""

    slots: Sequence[datetime]
    next_ms: int


def rate(messages_per_second: float, *, slowed: bool = False) -> float:
    """Slots a second for a setting."""
    wanted = messages_per_second * (SLOWED if slowed else 1)
    return min(max(wanted, LEAST_PER_SECOND), MOST_PER_SECOND)


def lease(next_ms: int, now: datetime, per_second: float) -> Lease:
    """The next block, from `now` or from where the last block ended."""
    first = max(next_ms, to_ms(now))
    count = max(1, math.floor(per_second * BLOCK_SECONDS))
    slots = [from_ms(first + math.ceil(n * 1000 / per_second)) for n in range(count)]
    return Lease(slots, first + math.ceil(count * 1000 / per_second))


def grace(per_second: float) -> timedelta:
    """How long after its instant a slot may still be used.

    A second then sees at most `rate * (1 + grace)` messages: four at the default of three.
    """
    return timedelta(seconds=min(max(1 / per_second, 0.25), 1.0))


def late(slot: datetime, now: datetime, per_second: float) -> bool:
    """Whether the slot is forfeited."""
    return now >= slot + grace(per_second)
