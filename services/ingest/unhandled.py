"""What no rule knows is kept as it came, for a person to look at."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from services.domain import paths
from services.domain.documents import SERVER_TIME, Create
from services.domain.envelopes import platform_id
from services.domain.events import Unhandled, Unplaced
from services.domain.ids import digest
from services.errors import AlreadyStored
from services.ports import Clock, Documents
from services.store.live_settings import SettingsCache
from services.tasks import ThreadTasks

#: How long it is kept.
KEPT_FOR = timedelta(days=30)
#: How long an edited message itself may still come before Instagram is asked for it.
LOOK_AFTER = timedelta(seconds=10)
#: Characters of one event; a body has a mebibyte at most, a document no more.
MOST_KEPT = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class UnhandledEvents:
    """Keeps events that belong to no thread."""

    documents: Documents
    backfills: ThreadTasks
    clock: Clock

    def keep(self, events: Sequence[Unhandled], app: str) -> None:
        """Store each once, under a name that a redelivery finds taken.

        `app` names the app whose key signed them, for whoever replays them.
        """
        documents: dict[str, Create] = {}
        for event in events:
            raw = as_text(event.raw)
            kept = paths.unhandled(digest("unhandled", event.reason, raw)).create(
                {
                    "reason": event.reason,
                    "raw": raw,
                    "entry_id": event.entry_id,
                    "standby": event.standby,
                    "app": app,
                    "igsids": _ids_in(event.raw),
                    "received_at": SERVER_TIME,
                    "expire_at": self.clock.now() + KEPT_FOR,
                }
            )
            documents[kept.path] = kept
        self._create(list(documents.values()))

    def keep_unplaced(
        self, event: Unplaced, settings: SettingsCache, trace_id: str
    ) -> Unhandled | None:
        """An edit that names nobody: a task asks Instagram whose message it is.

        Unhandled where not even the account is known.
        """
        if not event.entry_id.isdecimal() or not settings.account(event.entry_id).known:
            return Unhandled(reason="edit_of_nobody", raw=event.raw, entry_id=event.entry_id)
        kept = paths.missing(digest("missing", event.entry_id, event.mid)).create(
            {
                "account_id": event.entry_id,
                "mid": event.mid,
                "status": "pending",
                "attempts": 0,
                "received_at": SERVER_TIME,
                "expire_at": self.clock.now() + KEPT_FOR,
            }
        )
        self._create([kept])
        self.backfills.at(event.entry_id, self.clock.now() + LOOK_AFTER, trace_id)
        return None

    def _create(self, documents: Sequence[Create]) -> None:
        if not documents:
            return
        try:
            self.documents.commit(documents)
        except AlreadyStored:
            stored = self.documents.get(*(document.path for document in documents))
            known = {s.path for s in stored if s.fields is not None}
            self._create([document for document in documents if document.path not in known])


def as_text(raw: Any) -> str:
    """JSON text: whatever keys and numbers it holds, it can be stored."""
    try:
        return json.dumps(raw)[:MOST_KEPT]
    except (RecursionError, ValueError):
        return "(nested too deeply to keep)"


def _ids_in(raw: Any) -> list[str]:
    """The parties of an event, so that a person's data can be found and deleted."""
    item = raw if isinstance(raw, dict) else {}
    parties = (item.get("sender"), item.get("recipient"))
    ids = [platform_id(party.get("id")) for party in parties if isinstance(party, dict)]
    return [found for found in ids if found.isdecimal() and len(found) <= 32]
