"""Who changed what: one entry per change, written in the commit that makes it."""

from datetime import datetime
from typing import Any, Protocol

from services.domain.documents import Create


class Actor(Protocol):
    """Whoever changes something."""

    @property
    def id(self) -> str:
        """Their id."""
        ...

    @property
    def name(self) -> str:
        """Their name, as it was then."""
        ...


def entry(entry_id: str, at: datetime, by: Actor, action: str, target: str, **more: Any) -> Create:
    """The write that records one change; `more` holds what is needed to understand or undo it."""
    fields = {
        "at": at,
        "operator_id": by.id,
        "operator_name": by.name,
        "action": action,
        "target": target,
        **more,
    }
    return Create(f"audit/{entry_id}", fields)
