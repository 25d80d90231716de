"""A day in numbers: counted by the store when somebody asks, and kept once the day is over."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.domain.documents import Merge, Query
from services.ports import Clock, Documents

#: Days that the dashboard draws.
DAYS = 30
#: Past days that one look rolls up; the next look takes the next ones.
MOST_ROLLED_UP = 3
#: Turns of a day that its waiting times are taken from, the newest.
MOST_TURNS = 300
#: Counts end here: a day with more says "at least".
MOST_COUNTED = 100_000

#: Number → the messages that it counts.
_COUNTED: dict[str, tuple[tuple[str, str], ...]] = {
    "customer": (("role", "user"),),
    "bot": (("role", "bot"),),
    "office": (("role", "human"), ("source", "office")),
    "instagram_app": (("role", "human"), ("source", "instagram_app")),
    "failures": (("direction", "outgoing"), ("status", "failed")),
    "thumbs_up": (("feedback", "up"),),
    "thumbs_down": (("feedback", "down"),),
}
_ROLES = ("customer", "bot", "office", "instagram_app")


@dataclass(frozen=True, slots=True)
class OfficeDays:
    """The last days of an account."""

    documents: Documents
    clock: Clock

    def last(self, account_id: str) -> list[dict[str, Any]]:
        """The days with traffic, oldest first; today as it stands now.

        Costs one read a day, some counts for today and for each day that is rolled up now.
        """
        today = self.clock.now().date()
        days = [today - timedelta(days=n) for n in range(1, DAYS)]
        found = self.documents.get(*(_path(account_id, day) for day in days))
        kept = {day: s.fields for day, s in zip(days, found, strict=True) if s.fields}
        for day in [day for day in days if day not in kept][:MOST_ROLLED_UP]:
            kept[day] = self.counted(account_id, day)
            self.documents.commit([Merge(_path(account_id, day), kept[day])])
        kept[today] = self.counted(account_id, today)
        return [{**kept[day], "date": day.isoformat()} for day in sorted(kept) if _any(kept[day])]

    def counted(self, account_id: str, day: date) -> dict[str, Any]:
        """One day's numbers, from the messages and turns themselves."""
        counts = {name: self._messages(account_id, day, where) for name, where in _COUNTED.items()}
        turns = self._turns(account_id, day)
        answered = sorted(_waited(turn) for turn in turns if turn.get("outcome") == "answered")
        reasons = [str(t.get("reason") or "") for t in turns]
        handoffs = Counter(r.partition(":")[2] for r in reasons if r.startswith("handoff:"))
        return {
            "messages": sum(counts[role] for role in _ROLES),
            "by_role": {role: counts[role] for role in _ROLES},
            "bubbles": counts["bot"],
            "failures": counts["failures"],
            "thumbs_up": counts["thumbs_up"],
            "thumbs_down": counts["thumbs_down"],
            "turns": len(turns),
            "handoffs": handoffs.total(),
            "handoffs_by_reason": dict(handoffs),
            "first_reply_p50_seconds": _share(answered, 0.5),
            "first_reply_p95_seconds": _share(answered, 0.95),
            "model_cost_usd": sum(int(t.get("cost_microdollars") or 0) for t in turns) / 1_000_000,
        }

    def _messages(self, account_id: str, day: date, where: Sequence[tuple[str, str]]) -> int:
        conditions: list[Any] = [("account_id", "==", account_id)]
        conditions += [(field, "==", value) for field, value in where]
        query = Query("messages", where=conditions + _within("created_at", day), group=True)
        return self.documents.count(query, MOST_COUNTED)

    def _turns(self, account_id: str, day: date) -> list[dict[str, Any]]:
        where: list[Any] = [("account_id", "==", account_id), *_within("ended_at", day)]
        query = Query(
            "turns",
            where=where,
            order=[("ended_at", "DESCENDING")],
            limit=MOST_TURNS,
            group=True,
        )
        return [s.fields or {} for s in self.documents.query(query)]


def _within(field: str, day: date) -> list[Any]:
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return [(field, ">=", begin), (field, "<", begin + timedelta(days=1))]


def _path(account_id: str, day: date) -> str:
    return f"days/{account_id}_{day.isoformat()}"


def _waited(turn: dict[str, Any]) -> float:
    timings = turn.get("timings_ms") or {}
    return (int(timings.get("waited") or 0) + int(timings.get("total") or 0)) / 1000


def _share(ordered: Sequence[float], share: float) -> float:
    if not ordered:
        return 0.0
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _any(day: dict[str, Any]) -> bool:
    return bool(day.get("messages") or day.get("turns"))
