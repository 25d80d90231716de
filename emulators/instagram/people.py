"""The people who write: a name always means the same Instagram-scoped id."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass
class Person:
    """One person as the account sees them."""

    igsid: str
    name: str | None
    last_inbound_at: datetime | None = None
    profile: dict[str, Any] = field(default_factory=dict)
    profile_error: dict[str, Any] | None = None
    send_error: dict[str, Any] | None = None

    @property
    def username(self) -> str:
        """What the Graph API names them in conversations."""
        return str(self.profile.get("username", self.name or f"user_{self.igsid[-6:]}"))


def igsid_of(name: str) -> str:
    """The 16-digit id that a name always maps to; digits are an id already."""
    if name.isascii() and name.isdigit():
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()
    return str(10**15 + int.from_bytes(digest[:8], "big") % (9 * 10**15))


class People:
    """Everybody that was ever named here."""

    def __init__(self) -> None:
        self._by_id: dict[str, Person] = {}

    def named(self, who: str) -> Person:
        """The person with that name or id, made on first mention."""
        igsid = igsid_of(who)
        person = self._by_id.setdefault(igsid, Person(igsid, None))
        if who != igsid:
            person.name = who
        return person

    def known(self, igsid: str) -> Person | None:
        """The person with that id, if they were ever mentioned."""
        return self._by_id.get(igsid)

    def __iter__(self) -> Iterator[Person]:
        return iter(list(self._by_id.values()))
