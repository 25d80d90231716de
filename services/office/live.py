"""What changed while a page is open, and who else is there.

One page costs one small query a look: the newest `updated_at` says whether anything happened.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from services.domain import paths
from services.domain.documents import SERVER_TIME, Query
from services.domain.playground import is_playground
from services.office.access import Operator
from services.ports import Clock, Documents

#: Seconds between two looks.
LOOK_SECONDS = 2.0
#: Looks of one stream: it ends before the platform's shortest time limit for a request (60 s).
MOST_LOOKS = 25
#: Changed conversations that one look reports; a page that missed more is told to load anew.
MOST_CHANGED = 20
#: How long somebody counts as there after the last sign of them.
PRESENT_FOR = timedelta(seconds=25)
TYPING_FOR = timedelta(seconds=8)


@dataclass(frozen=True, slots=True)
class Change:
    """What one look found: the conversations that changed, and who is in the open one."""

    at: datetime  #: the next look asks for what is newer
    rows: tuple[dict[str, Any], ...] = ()
    present: tuple[dict[str, Any], ...] | None = None
    more: bool = False  #: more changed than are told: the page is to be loaded anew


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeLive:
    """The live feed of one open page."""

    documents: Documents
    clock: Clock

    def newest(self) -> datetime:
        """The instant of the last change of any conversation."""
        query = Query(paths.CONVERSATIONS, order=[("updated_at", "DESCENDING")], limit=1)
        found = self.documents.query(query)
        at = (found[0].fields or {}).get("updated_at") if found else None
        return at if isinstance(at, datetime) else datetime.fromtimestamp(0, UTC)

    def watch(self, since: datetime, thread_id: str, by: Operator) -> Iterator[Change | None]:
        """Look again and again for what is newer than `since`; None where nothing is.

        Ends by itself after `MOST_LOOKS`; the page then asks again with where it was.
        """
        seen = since
        for look in range(MOST_LOOKS):
            newest = self.newest()
            changed, more = self._changed(seen) if newest > seen else ((), False)
            present = self.present(thread_id, by) if thread_id and look % 3 == 0 else None
            seen = max(seen, newest)
            moved = bool(changed) or more or present is not None
            yield Change(seen, changed, present, more) if moved else None
            self._pause()

    def come(self, thread_id: str, by: Operator, *, typing: bool) -> None:
        """The operator is in the conversation now, and perhaps writing."""
        now = self.clock.now()
        who = {"name": by.name, "at": now, "typing_at": now if typing else None}
        fields = {f"o_{by.id}": who, "expire_at": now + timedelta(days=1), "at": SERVER_TIME}
        self.documents.commit([paths.presence(thread_id).merge(fields)])

    def present(self, thread_id: str, by: Operator) -> tuple[dict[str, Any], ...]:
        """Who else is in the conversation; one read."""
        (stored,) = self.documents.get(paths.presence(thread_id))
        now = self.clock.now()
        return tuple(
            {
                "name": who["name"],
                "typing": bool(who.get("typing_at")) and now - who["typing_at"] < TYPING_FOR,
            }
            for key, who in sorted((stored.fields or {}).items())
            if key.startswith("o_") and key != f"o_{by.id}" and now - who["at"] < PRESENT_FOR
        )

    def _changed(self, since: datetime) -> tuple[tuple[dict[str, Any], ...], bool]:
        """The newest of what changed after `since`, and whether there is more."""
        found = self.documents.query(
            Query(
                paths.CONVERSATIONS,
                where=[("updated_at", ">", since)],
                order=[("updated_at", "DESCENDING")],
                limit=MOST_CHANGED + 1,
            )
        )
        others = (row for row in found[:MOST_CHANGED] if not is_playground(row.id))
        rows = tuple({"id": row.id, **(row.fields or {})} for row in others)
        return rows, len(found) > MOST_CHANGED

    def _pause(self) -> None:
        left = LOOK_SECONDS
        while left > 0:
            self.clock.pause(min(1.0, left))
            left -= 1.0
