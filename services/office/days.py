"""The last days of an account, as the sweep has kept them, and today as it stands."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from services.domain import paths
from services.maintenance.daily_stats import Days
from services.ports import Clock, Documents

#: Days that the dashboard draws.
DAYS = 30
#: Turns of a day that is not kept yet whose waiting times are looked at, the newest.
MOST_TURNS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeDays:
    """Reads days. Nothing is written: whoever opens the page does not pay for the past."""

    documents: Documents
    days: Days
    clock: Clock

    def last(self, account_id: str) -> list[dict[str, Any]]:
        """The days with traffic, oldest first.

        Costs one read a day, and the counts of today; of yesterday too until the sweep has kept it.
        """
        today = self.clock.now().date()
        listed = [today - timedelta(days=n) for n in range(1, DAYS)]
        found = self.documents.get(*(paths.day(account_id, day) for day in listed))
        kept = {day: s.fields for day, s in zip(listed, found, strict=True) if s.fields}
        for day in (today, today - timedelta(days=1)):
            if day not in kept:
                kept[day] = self.days.counted(account_id, day, MOST_TURNS)
        return [{**kept[day], "date": day.isoformat()} for day in sorted(kept) if _any(kept[day])]


def _any(day: dict[str, Any]) -> bool:
    return bool(day.get("messages") or day.get("turns"))
