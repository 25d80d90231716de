"""How long what a person wrote is kept."""

from datetime import datetime, timedelta

from services.domain.documents import Snapshot
from services.domain.operation import OperatingSettings


def kept(stored: Snapshot, now: datetime) -> bool:
    """Whether a document is still there to be read: TTL deletes within a day, not at once."""
    until = (stored.fields or {}).get("expire_at")
    return not isinstance(until, datetime) or now < until


def expiry(created_at: datetime, settings: OperatingSettings) -> datetime:
    """When a message, or what was made of it, is no longer kept."""
    return created_at + timedelta(days=settings.retention_days)
