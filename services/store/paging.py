"""Pages by cursor: a page costs what it shows, whatever the length of the list."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from services.domain.documents import Query, Snapshot
from services.domain.instants import from_text
from services.ports import Documents

#: Rows of a page.
PAGE = 50
#: Rows of one very instant that can be paged through: they are read again for each page.
MOST_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page ended: an instant, and how many rows of that very instant were shown."""

    at: datetime
    shown: int

    @classmethod
    def parse(cls, text: str | None) -> "Cursor | None":
        """Read one from a URL; None where it is none."""
        at, _, shown = (text or "").rpartition("~")
        try:
            cursor = cls(from_text(at), int(shown))
        except ValueError:
            return None
        return cursor if 0 < cursor.shown <= MOST_AT_ONCE else None

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.shown}"


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and the cursor of the next ones."""

    rows: list[Snapshot]
    next: str | None


def page(
    documents: Documents,
    query: Query,
    field: str,
    cursor: Cursor | None,
    direction: Literal["ASCENDING", "DESCENDING"] = "DESCENDING",
    *,
    size: int = PAGE,
) -> Page:
    """The next `size` rows of `query` ordered by the instants in `field`; one round trip.

    Rows of one instant are told apart by count, for an instant alone would lose some.
    """
    where = list(query.where)
    skip = 0
    if cursor is not None:
        where.append((field, "<=" if direction == "DESCENDING" else ">=", cursor.at))
        skip = cursor.shown
    found = documents.query(
        replace(query, where=where, order=[(field, direction)], limit=size + 1 + skip)
    )
    if cursor is not None:
        while skip and found and _at(found[0], field) == cursor.at:
            found, skip = found[1:], skip - 1
    rows = found[:size]
    more = len(found) > size
    return Page(rows, _after(rows, field, cursor) if more else None)


def _after(rows: Sequence[Snapshot], field: str, before: Cursor | None) -> str:
    last = _at(rows[-1], field)
    shown = sum(1 for row in rows if _at(row, field) == last)
    if before is not None and before.at == last:
        shown += before.shown
    return str(Cursor(last, min(shown, MOST_AT_ONCE)))


def _at(row: Snapshot, field: str) -> Any:
    return (row.fields or {}).get(field)
