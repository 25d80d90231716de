"""Trying an event again that no rule knew: after an account was added, an app named, a release."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.domain import paths
from services.domain.documents import Delete
from services.domain.retention import kept
from services.domain.text import Text
from services.errors import Rejected
from services.ingest.service import Ingest
from services.ingest.unhandled import MOST_KEPT
from services.office.access import Operator
from services.ports import Clock, Documents, Ids
from services.store import audit
from services.store.live_settings import SettingsCache

_CHANGES = ("not_a_message", "unknown_change")


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of an event that was tried again."""

    stored: int
    unhandled: int  #: what still no rule knows; the event is then kept


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeReplay:
    """Gives kept events to the ingest once more, as if the webhook had just brought them."""

    documents: Documents
    ingest: Callable[[], Ingest]  #: built when first asked: few pages need it
    settings: SettingsCache
    clock: Clock
    ids: Ids

    def replay(self, event_id: str, by: Operator) -> Replayed:
        """Store what the event says, and drop it once nothing of it is unhandled.

        Repeating it stores nothing twice: messages are told by their mid. Raises `Rejected` for
        what cannot be tried again, and `Unavailable`; the event is then still there.
        """
        path = paths.unhandled(event_id)
        (found,) = self.documents.get(path)
        if found.fields is None or not kept(found, self.clock.now()):
            raise Rejected(Text("It is not there any more: it was replayed, or its time was over."))
        body, app = body_of(found.fields), str(found.fields["app"])
        self.settings.forget()  # an account may have been added a moment ago
        accepted = self.ingest().accept(body, self.ids.new(), app)
        done = {
            "stored": accepted.stored + accepted.echoes,
            "duplicates": accepted.duplicates,
            "unhandled": accepted.unhandled,
        }
        now = self.clock.now()
        record = audit.entry(self.ids.new(), now, by, "event_replayed", path, after=done)
        over = [] if accepted.unhandled else [Delete(path)]
        audit.commit(self.documents, record, *over)
        return Replayed(done["stored"], accepted.unhandled)

    def replay_all(self, event_ids: Sequence[str], by: Operator) -> Replayed:
        """Try these one after the other; what cannot be tried again counts as unhandled."""
        stored = unhandled = 0
        for event_id in event_ids:
            try:
                done = self.replay(event_id, by)
            except Rejected:
                unhandled += 1
                continue
            stored += done.stored
            unhandled += bool(done.unhandled)
        return Replayed(stored, unhandled)


def body_of(fields: Mapping[str, Any]) -> Any:
    """The webhook body that a kept event came in. Raises `Rejected` where it cannot be told."""
    raw, reason = _whole(str(fields.get("raw") or "")), fields.get("reason")
    if "app" not in fields:
        raise Rejected(
            Text(
                "It was kept by an earlier version, which did not note the app that it came "
                "through."
            )
        )
    if reason == "unknown_object":
        return raw
    entry: Any = {"id": str(fields.get("entry_id") or "")}
    if reason == "unknown_entry":
        entry = raw
    elif reason in _CHANGES:
        entry["changes"] = [raw]
    else:
        entry["standby" if fields.get("standby") is True else "messaging"] = [raw]
    return {"object": "instagram", "entry": [entry]}


def _whole(raw: str) -> Any:
    if len(raw) >= MOST_KEPT:
        raise Rejected(Text("It was too long to be kept whole, so it cannot be replayed."))
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Rejected(Text("It was not kept as it came, so it cannot be replayed.")) from error
