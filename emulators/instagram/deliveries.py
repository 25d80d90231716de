"""Events on their way to the webhook, and the POSTs that carry them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from emulators.instagram.payloads import Container, Item, envelope
from emulators.instagram.signing import wire_bytes


@dataclass(frozen=True)
class Event:
    """One thing that happened; `field` is the subscription it needs."""

    field: str
    item: Item
    container: Container = "messaging"
    entry_id: str | None = None


@dataclass
class Delivery:
    """One POST: its bytes never change, however often it is repeated."""

    body: bytes
    due_at: datetime
    attempts: int = 0
    statuses: list[int | str] = field(default_factory=list)


@dataclass
class Options:
    """How deliveries deviate from one POST for each event, in order, at once."""

    batch: bool = False
    duplicate: int = 0
    reorder: bool = False
    paused: bool = False


def grouped(events: Sequence[Event], options: Options) -> list[list[Event]]:
    """What travels together: each event alone, or all that share an entry and a list."""
    ordered = list(reversed(events)) if options.reorder else list(events)
    if not options.batch:
        return [[event] for event in ordered]
    groups: dict[tuple[str, str | None], list[Event]] = {}
    for event in ordered:
        groups.setdefault((event.container, event.entry_id), []).append(event)
    return list(groups.values())


def delivery_of(events: Sequence[Event], account_id: str, now: datetime) -> Delivery:
    """One POST that carries these events, due now."""
    entry_id = events[0].entry_id or account_id
    items = [event.item for event in events]
    body = envelope(entry_id, int(now.timestamp() * 1000), events[0].container, items)
    return Delivery(wire_bytes(body), now)
