"""A day of an account in numbers: counted from what is stored, kept once the day is over."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.domain import paths
from services.domain.documents import Query
from services.domain.states import Status
from services.ports import Clock, Documents
from services.store.paging import Cursor, page

#: Days that one run of the sweep counts; the next run takes the next ones.
MOST_DAYS = 7
#: No day further back is counted: the dashboard draws no more.
OLDEST = timedelta(days=29)
#: Counts end here.
MOST_COUNTED = 1_000_000
#: Turns that are read at once for their times, and of one day in all.
TURNS_READ = 300
MOST_TURNS = 30_000

_ARRIVED = [str(Status.SENT), str(Status.READ)]
Where = tuple[tuple[str, Any, Any], ...]
#: Number → the messages that it counts.
_COUNTED: dict[str, Where] = {
    "customer": (("role", "==", "user"),),
    "bot": (("role", "==", "bot"), ("status", "in", _ARRIVED)),
    "office": (("role", "==", "human"), ("source", "==", "office"), ("status", "in", _ARRIVED)),
    "instagram_app": (("role", "==", "human"), ("source", "==", "instagram_app")),
    "failures": (("direction", "==", "outgoing"), ("status", "==", "failed")),
    "given_up": (("direction", "==", "inbound"), ("status", "==", "failed")),
    "thumbs_up": (("feedback", "==", "up"),),
    "thumbs_down": (("feedback", "==", "down"),),
}
_ROLES = ("customer", "bot", "office", "instagram_app")


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Counts days. A day is always counted whole, so that a repetition changes nothing."""

    documents: Documents
    clock: Clock

    def roll_up(self, account_id: str, counted_until: str | None) -> str | None:
        """Keep the days that are over; answers the new last one, or None where nothing is due.

        The last one that was counted is counted once more: its late messages are in by then.
        Raises `Unavailable`; the same days are then due again.
        """
        yesterday = self.clock.now().date() - timedelta(days=1)
        last = _date(counted_until)
        if last is not None and last >= yesterday:
            return None
        first = yesterday if last is None else max(last, yesterday + timedelta(days=1) - OLDEST)
        days = [first + timedelta(days=n) for n in range((yesterday - first).days + 1)]
        for day in days[:MOST_DAYS]:
            path = paths.day(account_id, day)
            self.documents.commit([path.merge(self.counted(account_id, day))])
            last = day
        return last.isoformat() if last is not None else None

    def counted(self, account_id: str, day: date, most_turns: int = MOST_TURNS) -> dict[str, Any]:
        """One day's numbers; the waiting times are of the newest `most_turns` turns."""
        counts = {name: self._messages(account_id, day, where) for name, where in _COUNTED.items()}
        turns = Query(paths.TURNS, where=_of(account_id, "ended_at", day), group=True)
        newest_first = replace(turns, order=[("ended_at", "DESCENDING")])  # it has its index
        number = self.documents.count(newest_first, MOST_COUNTED)
        waited = sorted(self._waited(turns, most_turns)) if number else []
        cost = self.documents.total(turns, "cost_microdollars") if number else 0
        reasons = Counter(self._handoffs(account_id, day))
        roles = {role: counts.pop(role) for role in _ROLES}
        return {
            **counts,
            "messages": sum(roles.values()),
            "by_role": roles,
            "bubbles": roles["bot"],
            "turns": number,
            "handoffs": reasons.total(),
            "handoffs_by_reason": dict(reasons),
            "first_reply_p50_seconds": _share(waited, 0.5),
            "first_reply_p95_seconds": _share(waited, 0.95),
            "model_cost_usd": cost / 1_000_000,
        }

    def _messages(self, account_id: str, day: date, where: Where) -> int:
        conditions = [*where, *_of(account_id, "created_at", day)]
        return self.documents.count(
            Query(paths.MESSAGES, where=conditions, group=True), MOST_COUNTED
        )

    def _waited(self, turns: Query, most: int) -> Iterator[float]:
        """Seconds from the first message of a turn to its reply, of turns that answered."""
        cursor: Cursor | None = None
        for _ in range(0, most, TURNS_READ):
            found = page(self.documents, turns, "ended_at", cursor, size=min(most, TURNS_READ))
            for turn in (row.fields or {} for row in found.rows):
                if turn.get("outcome") == "answered":
                    timings = turn.get("timings_ms") or {}
                    yield sum(int(timings.get(part) or 0) for part in ("waited", "total")) / 1000
            if found.next is None or found.next == str(cursor):
                return
            cursor = Cursor.parse(found.next)

    def _handoffs(self, account_id: str, day: date) -> list[str]:
        """Why the bot asked for a person, each time that it did."""
        where = [("handoff", "==", True), *_of(account_id, "created_at", day)]
        found = self.documents.query(Query(paths.ALERTS, where=where, limit=MOST_TURNS))
        return [str((row.fields or {}).get("reason") or "") for row in found]


def _of(account_id: str, field: str, day: date) -> list[Any]:
    """The conditions: of this account, within this day (UTC)."""
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return [
        ("account_id", "==", account_id),
        (field, ">=", begin),
        (field, "<", begin + timedelta(days=1)),
    ]


def _share(ordered: Sequence[float], share: float) -> float:
    """The value that so many of all do not exceed (nearest rank); 0 where there is none."""
    return ordered[math.ceil(len(ordered) * share) - 1] if ordered else 0.0


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
