"""What is under way and what went wrong: the line, the events, the turns, the audit, the days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.domain import paths
from services.domain.documents import Query
from services.domain.ids import split_thread_id
from services.domain.retention import kept
from services.ports import Clock, Documents
from services.store.paging import Cursor, page

#: The lists of the page "Queue", by the states that they show.
LINES = {
    "waiting": ("queued", "sending"),
    "unconfirmed": ("unconfirmed",),
    "failed": ("failed",),
}


@dataclass(frozen=True, slots=True)
class Found:
    """One page of documents as plain dictionaries with their ids."""

    rows: list[dict[str, Any]]
    next: str | None
    people: dict[str, dict[str, Any]] = field(default_factory=dict)  #: conversations by thread


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeOperate:
    """Reads what keeps the business running.

    Every page costs what it shows, and one read for each person in it: two round trips.
    """

    documents: Documents
    clock: Clock

    def line(self, which: str, cursor: str | None) -> Found:
        """Outgoing messages of every thread in these states, newest first."""
        where = [("direction", "==", "outgoing"), ("status", "in", list(LINES[which]))]
        query = Query(paths.MESSAGES, where=where, group=True)  # type: ignore[arg-type] # literals
        return self._found(query, "created_at", cursor)

    def unhandled(self, cursor: str | None) -> Found:
        """Events that no rule knew."""
        return self._found(Query(paths.UNHANDLED), "received_at", cursor)

    def failed(self, cursor: str | None) -> Found:
        """Inbound messages that were given up."""
        query = Query(
            paths.MESSAGES,
            where=[("direction", "==", "inbound"), ("status", "==", "failed")],
            group=True,
        )
        return self._found(query, "created_at", cursor)

    def turns(self, cursor: str | None) -> Found:
        """What the agent did, in every thread."""
        return self._found(Query(paths.TURNS, group=True), "ended_at", cursor)

    def audit(self, cursor: str | None) -> Found:
        """Who changed what."""
        return self._found(Query(paths.AUDIT), "at", cursor)

    def _found(self, query: Query, field: str, cursor: str | None) -> Found:
        found = page(self.documents, query, field, Cursor.parse(cursor))
        rows, now = [], self.clock.now()
        for stored in found.rows:
            if not kept(stored, now):
                continue  # TTL takes it within a day
            parts = stored.path.split("/")
            thread = parts[1] if len(parts) == 4 and split_thread_id(parts[1]) else ""
            rows.append({"thread_id": thread, **(stored.fields or {}), "id": stored.id})
        return Found(rows, found.next, self._people(rows))

    def _people(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
        """The conversations that the rows are about, those that still stand."""
        threads = sorted({str(row["thread_id"]) for row in rows if row.get("thread_id")})
        if not threads:
            return {}
        found = self.documents.get(*(paths.conversation(thread) for thread in threads))
        return {stored.id: stored.fields for stored in found if stored.fields is not None}
