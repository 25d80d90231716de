"""Messages that never came and of which only an edit tells: Instagram is asked for them.

On live accounts an edit that is none comes beside every message, and sometimes in its place
(Messenger Platform documentation, Webhooks: delivery is not guaranteed).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from services.domain import schedule
from services.domain.contents import content_of
from services.domain.documents import SERVER_TIME, Query, Update
from services.domain.entries import entry, writes
from services.domain.events import Event, What
from services.domain.ids import is_platform_id
from services.domain.message import Message
from services.domain.states import Status
from services.errors import GraphRefused, Unavailable
from services.live_settings import LiveSettings
from services.notes import MOST_FETCHES
from services.ports import AlreadyStored, Clock, Documents, GraphReads, TaskQueue

_log = structlog.get_logger()

#: No such message, or deleted; anything else may be over in a minute (Meta, error codes).
_GONE = (100, 9000001)
_FIELDS = "id,created_time,from,to,message,attachments"
#: Messages asked for in one run: Instagram takes two such calls a second.
MOST_ASKED = 5
#: How long until Instagram is asked again.
AGAIN_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Missing:
    """Fetches messages by their mid; repeating it changes nothing."""

    documents: Documents
    tasks: TaskQueue
    graph: GraphReads
    settings: LiveSettings
    clock: Clock
    clock_margin_seconds: float

    def fetch(self, account_id: str, thread_id: str, notes: Sequence[Message]) -> bool:
        """Ask for the messages of these edits; whether all of them are settled now."""
        settled = True
        for note in notes[:MOST_ASKED]:
            path = f"conversations/{thread_id}/messages/{note.id}"
            settled &= self._fetch(account_id, note.about_mid or "", path, note.attempts)
        return settled and len(notes) <= MOST_ASKED

    def fetch_unplaced(self, account_id: str, trace_id: str) -> str:
        """Ask for the messages of edits that named nobody, and have their threads looked at."""
        found = self.documents.query(
            Query(
                "missing_messages",
                where=[("account_id", "==", account_id), ("status", "==", "pending")],
                limit=MOST_ASKED,
            )
        )
        settled = True
        for stored in found:
            fields = stored.fields or {}
            attempts, mid = int(fields.get("attempts", 0)), str(fields.get("mid", ""))
            settled &= self._fetch(account_id, mid, stored.path, attempts, trace_id)
            if attempts + 1 >= MOST_FETCHES:
                self._end(stored.path, "no_message")
        if not settled or len(found) == MOST_ASKED:
            now = self.clock.now()
            drawer = f"{account_id}_missing"
            self.tasks.ensure(
                schedule.later(
                    drawer,
                    now + AGAIN_AFTER,
                    now,
                    clock_margin_seconds=self.clock_margin_seconds,
                ),
                {"thread_id": drawer, "trace_id": trace_id},
            )
        return "fetched" if found else "nothing"

    def _fetch(
        self, account_id: str, mid: str, note: str, attempts: int, trace_id: str = ""
    ) -> bool:
        """Ask for one message; False when Instagram should be asked again."""
        try:
            message = self.graph.get_message(account_id, mid, _FIELDS)
        except (GraphRefused, Unavailable) as error:
            if isinstance(error, GraphRefused) and error.code in _GONE:
                self._end(note, "message_gone")
                return True
            _log.warning("message_not_fetched", account_id=account_id, error=str(error))
            self.documents.commit([Update(note, {"attempts": attempts + 1})])
            return attempts + 1 >= MOST_FETCHES
        event = _event(account_id, mid, message, self.clock.now())
        if event is None:
            self._end(note, "not_a_message_of_ours")
            return True
        self._store(event, trace_id)
        if trace_id:
            self._end(note, "fetched")
        return True

    def _store(self, event: Event, trace_id: str) -> None:
        operation = self.settings.account(event.account_id).operation
        now = self.clock.now()
        task = schedule.later(
            event.thread_id, now, now, clock_margin_seconds=self.clock_margin_seconds
        )
        try:
            self.documents.commit(writes([entry(event, operation)], task.at, operation))
        except AlreadyStored:
            return
        if trace_id:
            self.tasks.ensure(task, {"thread_id": event.thread_id, "trace_id": trace_id})

    def _end(self, note: str, reason: str) -> None:
        done = {"status": Status.PROCESSED, "processed_at": SERVER_TIME, "reason": reason}
        self.documents.commit([Update(note, done)])


def _event(account_id: str, mid: str, message: Mapping[str, Any], now: datetime) -> Event | None:
    """The message as the webhook would have told it; None for what the account sent itself."""
    sender = _id_of(message.get("from"))
    if sender == account_id or not is_platform_id(sender):
        return None
    listed = message.get("attachments")
    attachments = listed.get("data") if isinstance(listed, Mapping) else None
    body = {
        "mid": mid,
        "text": message.get("message"),
        "attachments": [_attachment(item) for item in attachments or []],
    }
    event = Event(
        what=What.MESSAGE,
        sender=sender,
        recipient=account_id,
        timestamp=_instant(message.get("created_time"), now),
        mid=mid,
        content=content_of(body),
    )
    return event.placed(account_id, sender, echo=False)


def _attachment(item: Any) -> dict[str, Any]:
    """The reading API has a key for each type; the webhook a type and a payload."""
    known = {"image_data": "image", "video_data": "video"}
    for key, kind in known.items():
        value = item.get(key) if isinstance(item, Mapping) else None
        if isinstance(value, Mapping):
            return {"type": kind, "payload": {"url": value.get("url")}}
    url = item.get("file_url") if isinstance(item, Mapping) else None
    return {"type": "file", "payload": {"url": url}}


def _instant(value: Any, otherwise: datetime) -> datetime:
    """ISO 8601 as the Graph API writes it: `+0000`, without a colon."""
    try:
        return datetime.strptime(str(value), "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return otherwise


def _id_of(party: Any) -> str:
    found = party.get("id") if isinstance(party, Mapping) else None
    return str(found) if isinstance(found, str | int) else ""
