"""Business hours: a week of opening times in the owner's words, and days on which nobody works."""

import functools
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_DAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
#: How far an opening is looked for: a week without one, and the longest row of holidays.
_DAYS_AHEAD = 60


@dataclass(frozen=True, slots=True)
class Week:
    """Minutes of each weekday between which the business is open; empty days are closed."""

    spans: tuple[tuple[tuple[int, int], ...], ...]
    holidays: frozenset[date]
    zone: ZoneInfo

    def opens_at(self, now: datetime) -> datetime:
        """`now` if the business is open then, else the next opening, in UTC.

        A week that never opens is taken to be always open: silence for ever is no setting.
        """
        local = now.astimezone(self.zone)
        for ahead in range(_DAYS_AHEAD):
            day = local.date() + timedelta(days=ahead)
            for start, end in self._spans_of(day):
                if now < self._instant(day, end):
                    return max(now, self._instant(day, start))
        return now

    def _spans_of(self, day: date) -> tuple[tuple[int, int], ...]:
        return () if day in self.holidays else self.spans[day.weekday()]

    def _instant(self, day: date, minute: int) -> datetime:
        midnight = datetime.combine(day, time(), self.zone)
        return (
            (midnight.replace(tzinfo=None) + timedelta(minutes=minute))
            .replace(tzinfo=self.zone)
            .astimezone(UTC)
        )


@functools.lru_cache(maxsize=64)
def week(weekly: str, holidays: str, zone: str) -> Week | None:
    """The week that `weekly` says ("mo-fr 09:00-18:00; sa 10:00-14:00"); None for always open.

    What cannot be read is left out: a typing mistake in the settings must not stop the answers.
    """
    spans: list[list[tuple[int, int]]] = [[] for _ in _DAYS]
    for part in weekly.lower().split(";"):
        days, _, times = part.strip().partition(" ")
        found = [_minutes(*map(int, match.groups())) for match in _SPAN.finditer(times)]
        for day in _days(days):
            spans[day] += [span for span in found if span is not None]
    if not any(spans):
        return None
    return Week(tuple(tuple(sorted(day)) for day in spans), _dates(holidays), _zone(zone))


def _days(text: str) -> list[int]:
    first, _, last = text.partition("-")
    if first not in _DAYS or (last and last not in _DAYS):
        return []
    start, end = _DAYS.index(first), _DAYS.index(last or first)
    return [(start + n) % 7 for n in range((end - start) % 7 + 1)]


def _minutes(hour: int, minute: int, to_hour: int, to_minute: int) -> tuple[int, int] | None:
    start, end = hour * 60 + minute, to_hour * 60 + to_minute
    return (start, end) if 0 <= start < end <= 24 * 60 else None


def _dates(text: str) -> frozenset[date]:
    found = re.findall(r"\d{4}-\d{2}-\d{2}", text)
    return frozenset(day for day in map(_date, found) if day is not None)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
