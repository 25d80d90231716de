"""One conversation as the office reads it: its timeline in pages, its person, its turns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.domain import paths
from services.domain.documents import REMOVED, Query, Snapshot, Write
from services.domain.message import MessageFields
from services.domain.retention import kept
from services.office.access import Operator
from services.ports import Clock, Documents, Ids, Reads
from services.store import audit
from services.store.messages import newest
from services.store.paging import Cursor, page

#: New messages that one look fetches; a busier thread is caught up by the next look.
MOST_NEW = 50
VERDICTS = ("up", "down", "")


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation, the person in it, and the newest or some older messages, oldest first."""

    id: str
    fields: dict[str, Any]
    contact: dict[str, Any]
    messages: list[dict[str, Any]]
    older: str | None  #: the cursor of what came before


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeThread:
    """Reads one thread. What it costs does not depend on the thread's length."""

    documents: Documents
    clock: Clock
    ids: Ids

    def opened(self, thread_id: str, cursor: str | None = None) -> Thread | None:
        """The thread with a page of its messages, or None if there is no such thread."""
        state = self.state(thread_id)
        if state is None:
            return None
        found = page(self.documents, _messages(thread_id), "created_at", Cursor.parse(cursor))
        messages = self._kept(found.rows)
        return Thread(thread_id, state[0], state[1], messages, found.next)

    def state(self, thread_id: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The conversation and its contact; one round trip."""
        conversation, contact = self.documents.get(
            paths.conversation(thread_id), paths.contact(thread_id)
        )
        if conversation.fields is None:
            return None
        return conversation.fields, contact.fields or {}

    def newest(self, thread_id: str, size: int = MOST_NEW) -> list[dict[str, Any]]:
        """The last messages, oldest first, as they stand now: their states change too."""
        return self._kept(newest(self.documents, thread_id, size))

    def _kept(self, newest_first: Sequence[Snapshot]) -> list[dict[str, Any]]:
        now = self.clock.now()
        return [_with_id(s) for s in reversed(newest_first) if kept(s, now)]

    def trace(self, thread_id: str, turn_id: str) -> dict[str, Any] | None:
        """What a turn did."""
        (stored,) = self.documents.get(paths.turn(thread_id, turn_id))
        return stored.fields if kept(stored, self.clock.now()) else None

    def rate(
        self, thread_id: str, message_id: str, verdict: str, comment: str, by: Operator
    ) -> bool:
        """Keep what the operator thinks of a bot's reply; False if there is no such reply."""
        path = paths.message(thread_id, message_id)
        now, entry_id = self.clock.now(), self.ids.new()

        def work(reads: Reads) -> tuple[bool, Sequence[Write]]:
            (stored,) = reads.get(path)
            if (stored.fields or {}).get("role") != "bot":
                return False, []
            fields = _feedback(verdict, comment, by, now)
            return True, [
                path.update(fields),
                audit.entry(entry_id, now, by, "feedback", path, thread_id=thread_id),
            ]

        return self.documents.transact(audit.once(work, paths.audit(entry_id)))


def _feedback(verdict: str, comment: str, by: Operator, now: datetime) -> MessageFields:
    if not verdict:
        return {
            "feedback": REMOVED,
            "feedback_comment": REMOVED,
            "feedback_at": REMOVED,
            "feedback_by": REMOVED,
        }
    return {
        "feedback": verdict,
        "feedback_comment": comment,
        "feedback_at": now,
        "feedback_by": by.name,
    }


def _messages(thread_id: str) -> Query:
    return Query(paths.messages(thread_id))


def _with_id(stored: Snapshot) -> dict[str, Any]:
    return {**(stored.fields or {}), "id": stored.id}
