"""Messages whose webhook never came are read back from Instagram and stored like any other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from services.domain.call import Heard, ThreadSummary
from services.domain.documents import Merge
from services.domain.entries import entry, writes
from services.domain.events import Event, parse
from services.domain.ids import document_id, is_platform_id, thread_id
from services.domain.instants import to_ms
from services.domain.operation import Operation
from services.domain.states import Status
from services.errors import GraphRefused, Unavailable
from services.ingest import Ingest
from services.live_settings import LiveSettings
from services.placing import place
from services.ports import AlreadyStored, Clock, Documents

_log = structlog.get_logger()

#: Seconds between two calls: Instagram allows two a second (Conversations API).
BETWEEN_CALLS = 0.5
#: Conversations of one run; the next run goes on.
MOST_THREADS = 60
#: How far back the first run looks, and how much runs overlap.
FIRST_LOOK = timedelta(hours=24)
OVERLAP = timedelta(minutes=10)


class History(Protocol):
    """Instagram's own history; raises `GraphRefused` or `Unavailable`."""

    def get_threads(self, account_id: str) -> Iterator[ThreadSummary]:
        """Conversations, last active first."""
        ...

    def get_thread_messages(self, account_id: str, igsid: str) -> Sequence[Heard]:
        """Messages, newest first."""
        ...


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Finds what is missing since the last run; safe to repeat."""

    documents: Documents
    history: History
    ingest: Ingest
    settings: LiveSettings
    clock: Clock

    def run(self, account_id: str, trace_id: str) -> int:
        """Store the missing messages of the account; answers how many.

        Those older than the setting are shown, not answered. Raises `Unavailable` for the store;
        what Instagram refuses is logged and tried again by the next run.
        """
        began_at = self.clock.now()
        stored = self.documents.get(f"accounts/{account_id}")[0].fields or {}
        last = stored.get("caught_up_at")
        since = last - OVERLAP if last else began_at - FIRST_LOOK
        found = threads = 0
        self.clock.pause(BETWEEN_CALLS)  # somebody may just have asked something else
        try:
            for summary in self.history.get_threads(account_id):
                if summary.updated_at < since or threads == MOST_THREADS:
                    break
                threads += 1
                self.clock.pause(BETWEEN_CALLS)
                found += self._thread(account_id, summary.igsid, since, trace_id)
        except (GraphRefused, Unavailable) as error:
            _log.warning("catch_up_ended_early", account_id=account_id, error=str(error))
            return found
        if threads < MOST_THREADS:
            self.documents.commit([Merge(f"accounts/{account_id}", {"caught_up_at": began_at})])
        if found:
            _log.warning("caught_up", account_id=account_id, messages=found, trace_id=trace_id)
        return found

    def _thread(self, account_id: str, igsid: str, since: datetime, trace_id: str) -> int:
        if not is_platform_id(igsid):
            return 0
        heard = self.history.get_thread_messages(account_id, igsid)
        recent = [h for h in heard if h.readable and h.created_at >= since]
        missing = self._missing(thread_id(account_id, igsid), recent)
        operation = self.settings.account(account_id).operation
        too_old = self.clock.now() - timedelta(minutes=operation.catch_up_minutes)
        events = [self._event(account_id, igsid, h) for h in reversed(missing)]
        placed = [event for event in events if event is not None]
        shown = [e for e in placed if not e.echo and e.timestamp < too_old]
        live = [e for e in placed if e.echo or e.timestamp >= too_old]
        accepted = self.ingest.accept_thread(live, trace_id) if live else None
        stored = sum(self._show(event, operation) for event in shown)
        if accepted is None:
            return stored
        return stored + len(live) - accepted.duplicates

    def _missing(self, thread: str, heard: Sequence[Heard]) -> list[Heard]:
        if not heard:
            return []
        paths = [f"conversations/{thread}/messages/{document_id(h.mid)}" for h in heard]
        found = self.documents.get(*paths)
        return [h for h, s in zip(heard, found, strict=True) if s.fields is None]

    def _event(self, account_id: str, igsid: str, heard: Heard) -> Event | None:
        """The event that the webhook would have brought."""
        ours = heard.sender_id != igsid
        sender, recipient = (account_id, igsid) if ours else (igsid, account_id)
        attachments = [{"type": a["type"], "payload": {"url": a["url"]}} for a in heard.attachments]
        message: dict[str, Any] = {"mid": heard.mid}
        message |= {"text": heard.text} if heard.text else {}
        message |= {"attachments": attachments} if attachments else {}
        message |= {"is_echo": True} if ours else {}
        item = {
            "sender": {"id": sender},
            "recipient": {"id": recipient},
            "timestamp": to_ms(heard.created_at),
            "message": message,
        }
        envelope = {"id": account_id, "time": item["timestamp"], "messaging": [item]}
        body = {"object": "instagram", "entry": [envelope]}
        for parsed in parse(body, self.clock.now()):
            if isinstance(parsed, Event):
                placed = place(parsed, self.settings, "")
                return placed if isinstance(placed, Event) else None
        return None

    def _show(self, event: Event, operation: Operation) -> int:
        made = entry(event, operation)
        made.fields.update({"status": Status.PROCESSED, "reason": "caught_up"})
        try:
            self.documents.commit(writes([made], self.clock.now(), operation))
        except AlreadyStored:
            return 0
        return 1
