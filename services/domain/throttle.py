"""How long a sign-in must wait after failed ones: pure arithmetic over what is stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypedDict


@dataclass(frozen=True, slots=True)
class Limit:
    """So many tries are free; each further one doubles the wait, up to the longest."""

    free: int
    first_seconds: float
    longest_seconds: float
    forgotten_after: timedelta

    def wait(self, tries: int) -> timedelta:
        """How long nobody may try after the try of that number."""
        beyond = tries - self.free
        if beyond <= 0:
            return timedelta(0)
        doubled = self.first_seconds * 2 ** min(beyond - 1, 30)
        return timedelta(seconds=min(self.longest_seconds, doubled))


#: One address: a person who mistypes does not notice, a guesser soon waits a quarter of an hour.
PER_ADDRESS = Limit(5, 2, 900, timedelta(hours=1))
#: All addresses together: short waits, so that a guesser cannot lock the team out.
TOGETHER = Limit(40, 1, 30, timedelta(minutes=15))


class TriesFields(TypedDict):
    """A document of `sign_in_tries`."""

    count: int
    last_at: datetime
    blocked_until: datetime
    expire_at: datetime


@dataclass(frozen=True, slots=True)
class Tries:
    """The tries since the last success or pause."""

    count: int = 0
    last_at: datetime | None = None
    blocked_until: datetime | None = None

    @classmethod
    def from_doc(cls, doc: Mapping[str, Any] | None) -> "Tries":
        """Read them back; none where none are stored."""
        doc = doc or {}
        return cls(int(doc.get("count", 0)), doc.get("last_at"), doc.get("blocked_until"))

    def left(self, now: datetime) -> float:
        """Seconds until the next try is heard; 0 when it may come now."""
        if self.blocked_until is None:
            return 0
        return max(0.0, (self.blocked_until - now).total_seconds())

    def plus_one(self, limit: Limit, now: datetime) -> TriesFields:
        """The fields after one more try at `now`."""
        stale = self.last_at is None or now - self.last_at > limit.forgotten_after
        count = 1 if stale else self.count + 1
        return {
            "count": count,
            "last_at": now,
            "blocked_until": now + limit.wait(count),
            "expire_at": now + limit.forgotten_after + limit.wait(count),
        }
