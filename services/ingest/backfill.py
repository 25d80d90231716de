"""Messages that never came and of which only an edit tells: Instagram is asked for them.

On live accounts an edit that is none comes beside every message, and sometimes in its place
(Messenger Platform documentation, Webhooks: delivery is not guaranteed).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from services.domain import paths
from services.domain.documents import SERVER_TIME, Path, Query
from services.domain.entries import entry, writes
from services.domain.events import Event
from services.domain.fields import MissingFields
from services.domain.history import event_of
from services.domain.message import Message, MessageFields
from services.domain.states import Status
from services.errors import AlreadyStored, GraphRefused, Unavailable
from services.ingest.edits import MOST_FETCHES
from services.ports import Clock, Documents, GraphReads
from services.store.live_settings import SettingsCache
from services.tasks import ThreadTasks

_log = structlog.get_logger()

#: No such message, or deleted; anything else may be over in a minute (Meta, error codes).
_GONE = (100, 9000001)
#: Messages asked for in one run: Instagram takes two such calls a second.
MOST_ASKED = 5
#: How long until Instagram is asked again.
AGAIN_AFTER = timedelta(seconds=60)

_Note = Path[MessageFields] | Path[MissingFields]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Fetches messages by their mid; repeating it changes nothing."""

    documents: Documents
    turns: ThreadTasks
    backfills: ThreadTasks
    graph: GraphReads
    settings: SettingsCache
    clock: Clock

    def fetch(self, account_id: str, thread_id: str, notes: Sequence[Message]) -> bool:
        """Ask for the messages of these edits; whether all of them are settled now."""
        settled = True
        for note in notes[:MOST_ASKED]:
            path = paths.message(thread_id, note.id)
            settled &= self._fetch(account_id, note.about_mid or "", path, note.attempts)
        return settled and len(notes) <= MOST_ASKED

    def fetch_unplaced(self, account_id: str, trace_id: str) -> str:
        """Ask for the messages of edits that named nobody, and have their threads looked at."""
        found = self.documents.query(
            Query(
                paths.MISSING,
                where=[("account_id", "==", account_id), ("status", "==", "pending")],
                limit=MOST_ASKED,
            )
        )
        settled = True
        for stored in found:
            fields = stored.fields or {}
            attempts, mid = int(fields.get("attempts", 0)), str(fields.get("mid", ""))
            path = paths.missing(stored.id)
            settled &= self._fetch(account_id, mid, path, attempts, trace_id)
            if attempts + 1 >= MOST_FETCHES:
                self._end(path, "no_message")
        if not settled or len(found) == MOST_ASKED:
            self.backfills.at(account_id, self.clock.now() + AGAIN_AFTER, trace_id)
        return "fetched" if found else "nothing"

    def _fetch(
        self, account_id: str, mid: str, note: _Note, attempts: int, trace_id: str = ""
    ) -> bool:
        """Ask for one message; False when Instagram should be asked again."""
        try:
            heard = self.graph.get_message(account_id, mid)
        except (GraphRefused, Unavailable) as error:
            if isinstance(error, GraphRefused) and error.code in _GONE:
                self._end(note, "message_gone")
                return True
            _log.warning("message_not_fetched", account_id=account_id, error=str(error))
            self.documents.commit([note.update({"attempts": attempts + 1})])
            return attempts + 1 >= MOST_FETCHES
        event = event_of(account_id, heard.sender_id, heard, self.clock.now())
        if event is None:
            self._end(note, "not_a_message_of_ours")
            return True
        self._store(event, trace_id)
        if trace_id:
            self._end(note, "fetched")
        return True

    def _store(self, event: Event, trace_id: str) -> None:
        operation = self.settings.account(event.account_id).operation
        due_at = self.clock.now()
        try:
            self.documents.commit(writes([entry(event, operation)], due_at, operation))
        except AlreadyStored:
            return
        if trace_id:
            self.turns.soon(event.thread_id, trace_id)

    def _end(self, note: _Note, reason: str) -> None:
        done = note.update(
            {"status": Status.PROCESSED, "processed_at": SERVER_TIME, "reason": reason}
        )
        self.documents.commit([done])
