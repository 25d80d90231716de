"""Instants as they are stored where Firestore must compare them as numbers.

`minimum` and `maximum` transforms take numbers only (Firestore API, FieldTransform), so the
instants that ingest merges without a read are whole milliseconds since the epoch.
"""

import math
from datetime import UTC, datetime


def to_ms(instant: datetime) -> int:
    """Milliseconds since the epoch, rounded up: a deadline never comes early."""
    return math.ceil(instant.timestamp() * 1000)


def from_ms(ms: int | float) -> datetime:
    """The instant of `ms` milliseconds since the epoch, in UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC)


def maybe_from_ms(ms: object) -> datetime | None:
    """The instant, or None where no number is stored."""
    return from_ms(ms) if isinstance(ms, int | float) else None


def from_text(text: str) -> datetime:
    """The instant that ISO 8601 text with a zone names, in UTC; ValueError where there is none."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("no zone")
    try:
        return found.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("beyond the calendar") from error
