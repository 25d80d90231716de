"""What look-ups bring back."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A date of the club's calendar; never who takes part."""

    heading: str
    starts_at: datetime
    ends_at: datetime
    meet_at: datetime | None = None  #: when to be there, where that is earlier
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A piece of the business's knowledge."""

    id: str
    title: str
    text: str
