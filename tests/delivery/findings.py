"""What a simulated hour came to, held against what was promised."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.delivery.hour import Hour

FINAL = {"sent", "read", "failed", "cancelled"}


@dataclass
class Findings:
    """What the hour came to; `wrong` is what must be empty."""

    numbers: dict[str, Any]
    wrong: list[str]


def look(hour: "Hour") -> Findings:
    """Read everything back, and hold it against what was promised."""
    items = [m.to_dict() or {} for m in hour.store.collection_group("messages").stream()]
    items = [m for m in items if m.get("direction") == "outgoing" and m.get("role") == "system"]
    arrived = [m for m in hour.sim.core.state.messages.values() if m.author == "api"]
    texts = Counter(str(m.text) for m in arrived)
    statuses = Counter(str(m["status"]) for m in items)
    slots = sorted(m["slot_at"] for m in items if m.get("slot_at"))
    instants = sorted(m.at for m in arrived)
    wrong = [f"{text} arrived {n} times" for text, n in texts.items() if n > 1]
    wrong += [f"{m['text']} is {m['status']}" for m in items if m["status"] not in FINAL]
    wrong += [f"{text} says sent and never arrived" for text in _sent(items) - set(texts)]
    wrong += _out_of_order(arrived)
    wrong += [] if len(items) == hour.offered else [f"{len(items)} of {hour.offered} items"]
    wrong += [] if len(set(slots)) == len(slots) else ["a slot was used twice"]
    return Findings(_numbers(hour, items, texts, statuses, slots, instants), wrong)


def _sent(items: Sequence[dict[str, Any]]) -> set[str]:
    return {str(m["text"]) for m in items if m["status"] in ("sent", "read")}


def _out_of_order(arrived: Sequence[Any]) -> list[str]:
    by_person: dict[str, list[int]] = defaultdict(list)
    for message in arrived:
        by_person[message.igsid].append(int(str(message.text).rpartition(" ")[2]))
    return [f"order of {p}" for p, numbers in by_person.items() if numbers != sorted(numbers)]


def _numbers(  # noqa: PLR0917 (one report of many facts)
    hour: "Hour",
    items: Sequence[dict[str, Any]],
    texts: Counter[str],
    statuses: Counter[str],
    slots: Sequence[datetime],
    instants: Sequence[datetime],
) -> dict[str, Any]:
    waits = sorted(
        (m["slot_at"] - m["queued_at"]).total_seconds() for m in items if m.get("slot_at")
    )
    unsettled = [m for m in items if m.get("unsettled")]
    counted: dict[str, Any] = hour.engine.counts.snapshot().get("deliver", {})
    return {
        "messages queued": hour.offered,
        "ended as": dict(statuses),
        "arrived at Instagram": sum(texts.values()),
        "arrived twice": sum(n > 1 for n in texts.values()),
        "met on the way": dict(hour.weather.met),
        "given to a person": len(unsettled),
        "of these had arrived": sum(m["text"] in texts for m in unsettled),
        "most in any second": _most_in_a_second(instants),
        "closest slots, ms": _closest(slots),
        "attempts a message": round(sum(m["attempts"] for m in items) / max(len(items), 1), 3),
        "deliver calls": hour.delivered,
        "round trips a message": round(counted.get("round_trips", 0) / max(len(items), 1), 2),
        "waited p50, s": round(waits[len(waits) // 2], 1) if waits else None,
        "waited p95, s": round(waits[len(waits) * 95 // 100], 1) if waits else None,
        "at rest after, min": round((hour.clock.now() - hour.began_at).total_seconds() / 60, 1),
    }


def _most_in_a_second(instants: Sequence[datetime]) -> int:
    most = first = 0
    for last, at in enumerate(instants):
        while instants[first] <= at - timedelta(seconds=1):
            first += 1
        most = max(most, last - first + 1)
    return most


def _closest(slots: Sequence[datetime]) -> int | None:
    return min((int((b - a).total_seconds() * 1000) for a, b in pairwise(slots)), default=None)
