"""Business hours: a week of opening times in the owner's words, and days on which nobody works."""

import functools
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

_DAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
#: How far an opening is looked for: a week without one, and the longest row of holidays.
_DAYS_AHEAD = 60

#: The opening times of each weekday, Monday first, in minutes since midnight.
Spans = tuple[tuple[tuple[int, int], ...], ...]


@dataclass(frozen=True, slots=True)
class Week:
    """Minutes of each weekday between which the business is open; empty days are closed."""

    spans: Spans
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

    def closes_at(self, now: datetime) -> datetime | None:
        """The end of the hours that `now` lies in, in UTC; None while closed."""
        day = now.astimezone(self.zone).date()
        ends = [self._instant(day, e) for s, e in self._spans_of(day) if self._in(day, s, e, now)]
        return max(ends, default=None)

    def _in(self, day: date, start: int, end: int, now: datetime) -> bool:
        return self._instant(day, start) <= now < self._instant(day, end)

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
    spans = spans_in(weekly)
    return Week(spans, _dates(holidays), _zone(zone)) if any(spans) else None


def spans_in(weekly: str) -> Spans:
    """The opening times that a text says; what cannot be read is left out."""
    spans: list[set[tuple[int, int]]] = [set() for _ in _DAYS]
    for part in weekly.lower().split(";"):
        for day in _days(_head(part)):
            spans[day] |= set(_times(part))
    return tuple(tuple(sorted(day)) for day in spans)


def written(spans: Spans) -> str:
    """The text that says these opening times, with days of the same ones said together."""
    said: list[str] = []
    day = 0
    while day < len(_DAYS):
        last = day
        while last + 1 < len(_DAYS) and spans[last + 1] == spans[day]:
            last += 1
        if spans[day]:
            days = _DAYS[day] if last == day else f"{_DAYS[day]}-{_DAYS[last]}"
            said.append(f"{days} {', '.join(f'{clock(s)}-{clock(e)}' for s, e in spans[day])}")
        day = last + 1
    return "; ".join(said)


def clock(minute: int) -> str:
    """A minute of the day as 09:30."""
    return f"{minute // 60:02}:{minute % 60:02}"


def unreadable(weekly: str) -> str:
    """The first part of the text that says no opening times; empty where all of it does."""
    parts = [part.strip() for part in weekly.split(";") if part.strip()]
    return next((p for p in parts if not _readable(p.lower())), "")


def no_date(holidays: str) -> str:
    """The first word of the text that is no date; empty where all are."""
    return next((w for w in re.split(r"[\s,;]+", holidays) if w and not _dates(w)), "")


@functools.cache
def zones() -> frozenset[str]:
    """Every time zone that this machine knows."""
    return frozenset(available_timezones())


def _readable(part: str) -> bool:
    times = _SPAN.findall(part)
    rest = _SPAN.sub("", part.partition(" ")[2]).strip(" ,")
    return bool(_days(_head(part)) and times and not rest and len(_times(part)) == len(times))


def _head(part: str) -> str:
    return part.strip().partition(" ")[0]


def _times(part: str) -> list[tuple[int, int]]:
    found = [_minutes(*map(int, match.groups())) for match in _SPAN.finditer(part)]
    return [span for span in found if span is not None]


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
