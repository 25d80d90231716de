"""Messages whose webhook never came are read back from Instagram and stored like any other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from services.domain import paths
from services.domain.account import AccountFields
from services.domain.call import HistoryMessage, ThreadSummary
from services.domain.entries import entry, writes
from services.domain.events import Event
from services.domain.graph_errors import of_error
from services.domain.history import event_of
from services.domain.ids import document_id, is_platform_id, thread_id
from services.domain.operation import OperatingSettings
from services.domain.outcome import Refused, Unknown
from services.errors import AlreadyStored, GraphRefused, Unavailable
from services.ingest.service import Ingest
from services.ports import Clock, Documents
from services.store.live_settings import SettingsCache

_log = structlog.get_logger()

#: Seconds between two calls: Instagram allows two a second (Conversations API).
BETWEEN_CALLS = 0.5
#: Conversations of one run, and how long it goes on beginning one; the next run goes on.
MOST_THREADS = 60
AT_MOST = timedelta(seconds=45)
#: A run ends where Instagram does not show so many conversations in a row.
MOST_REFUSED = 3
#: How far back the first run looks, and how much runs overlap.
FIRST_LOOK = timedelta(hours=24)
OVERLAP = timedelta(minutes=10)
#: The history tells whole seconds.
SECOND = timedelta(seconds=1)


class History(Protocol):
    """Instagram's own history; raises `GraphRefused` or `Unavailable`."""

    def get_threads(self, account_id: str) -> Iterator[Sequence[ThreadSummary]]:
        """Conversations, last active first; each page is a call."""
        ...

    def get_thread_messages(self, account_id: str, igsid: str) -> Sequence[HistoryMessage]:
        """Messages, newest first."""
        ...


@dataclass(slots=True)
class _Look:
    """One run at one account, and how far it came."""

    account_id: str
    trace_id: str
    began_at: datetime
    said_since: datetime  #: no message before it is missing
    until: datetime  #: every conversation that was last active before it has been looked at
    done: bool = False  #: and so has every other
    found: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CatchUp:
    """Finds what is missing since the last run; safe to repeat.

    It looks from the longest quiet conversation to the last active one and keeps how far it came
    (`caught_up_at`), so that whatever ends a run early, the next one goes on from there. Until one
    has come to the end, all look for messages since the first one's beginning (`catch_up_from`):
    who was active before it may have been active again since.
    """

    documents: Documents
    history: History
    ingest: Ingest
    settings: SettingsCache
    clock: Clock

    def run(self, account_id: str, trace_id: str) -> int:
        """Store the missing messages of the account; answers how many.

        Those older than the setting are shown, not answered. Raises `Unavailable` for the store;
        what Instagram refuses is logged and tried again by the next run.
        """
        began_at = self.clock.now()
        stored = self.documents.get(paths.account(account_id))[0].fields or {}
        since = stored.get("caught_up_at") or began_at - FIRST_LOOK
        said_since = stored.get("catch_up_from") or since
        look = _Look(account_id, trace_id, began_at, said_since, until=since)
        try:
            self._look(look)
        except (GraphRefused, Unavailable) as error:
            _log.warning("catch_up_ended_early", account_id=account_id, error=str(error))
        until = min(look.until, began_at - OVERLAP)
        if look.done or until > since:
            came: AccountFields = {
                "caught_up_at": until,
                "catch_up_from": None if look.done else said_since,
            }
            self.documents.commit([paths.account(account_id).merge(came)])
        if look.found:
            _log.warning("caught_up", account_id=account_id, messages=look.found, trace_id=trace_id)
        return look.found

    def _look(self, look: _Look) -> None:
        """Look at what is due. Raises `Unavailable`, and `GraphRefused` where nothing is shown."""
        active = self._active(look.account_id, look.until)
        refused = 0
        for place, summary in enumerate(active):
            if self._is_enough(look, place) and summary.updated_at > look.until:
                left = len(active) - place
                _log.warning("catch_up_behind", account_id=look.account_id, threads=left)
                look.until += timedelta(0) if refused else SECOND
                return
            self.clock.pause(BETWEEN_CALLS)
            try:
                look.found += self._thread(look, summary.igsid)
            except GraphRefused as error:
                refused += 1
                if refused == MOST_REFUSED or not _is_of_one_thread(error):
                    raise
                _log.warning("thread_not_shown", account_id=look.account_id, error=str(error))
            else:
                refused, look.until = 0, summary.updated_at
        if not refused:
            look.until, look.done = look.began_at, True

    def _is_enough(self, look: _Look, place: int) -> bool:
        took = self.clock.now() - look.began_at
        return place >= MOST_THREADS or (place > 0 and took >= AT_MOST)

    def _active(self, account_id: str, since: datetime) -> list[ThreadSummary]:
        """The conversations in which something was said, the longest quiet one first."""
        found: list[ThreadSummary] = []
        self.clock.pause(BETWEEN_CALLS)  # somebody may just have asked something else
        for page in self.history.get_threads(account_id):
            found += [summary for summary in page if summary.updated_at >= since]
            if page and page[-1].updated_at < since:
                break
            self.clock.pause(BETWEEN_CALLS)
        return sorted(found, key=lambda summary: summary.updated_at)

    def _thread(self, look: _Look, igsid: str) -> int:
        if not is_platform_id(igsid):
            return 0
        operation, now = self.settings.account(look.account_id).operation, self.clock.now()
        too_old = now - timedelta(minutes=operation.catch_up_minutes)
        shown: list[Event] = []
        live: list[Event] = []
        for event in self._missing(look, igsid, now):
            (live if event.echo or event.timestamp >= too_old else shown).append(event)
        duplicates = self.ingest.accept_thread(live, look.trace_id).duplicates if live else 0
        stored = sum(self._show(event, operation) for event in shown)
        return stored + len(live) - duplicates

    def _missing(self, look: _Look, igsid: str, now: datetime) -> Iterator[Event]:
        """What was said and is not stored, the oldest first."""
        account_id = look.account_id
        heard = self.history.get_thread_messages(account_id, igsid)
        recent = [h for h in heard if h.readable and h.created_at >= look.said_since]
        thread = thread_id(account_id, igsid)
        asked = [paths.message(thread, document_id(h.mid)) for h in recent]
        stored = self.documents.get(*asked) if asked else []
        for message, known in reversed(list(zip(recent, stored, strict=True))):
            event = event_of(account_id, igsid, message, now)
            if known.fields is None and event is not None:
                yield event

    def _show(self, event: Event, operation: OperatingSettings) -> int:
        made = entry(event, operation, only_shown="caught_up")
        try:
            self.documents.commit(writes([made], self.clock.now(), operation))
        except AlreadyStored:
            return 0
        return 1


def _is_of_one_thread(error: GraphRefused) -> bool:
    """Whether another conversation may still be shown: no throttling, no token that is dead."""
    return isinstance(of_error(400, error.code, error.subcode), Refused | Unknown)
