"""Trying the bot: an operator writes as a customer would, and nothing leaves the system."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from services.contacts.privacy import Deletions
from services.domain import paths
from services.domain.events import Event, parse
from services.domain.ids import PLAYGROUND
from services.domain.instants import to_ms
from services.domain.playground import IGSID, THREAD
from services.domain.text import Text
from services.errors import Rejected
from services.ingest.service import Ingest
from services.office.access import Operator
from services.ports import Clock, Documents, Ids
from services.store import audit

#: Characters of what is typed: as much as a customer's message can have, and some.
LONGEST = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficePlayground:
    """The playground's thread: written to by the webhook's own way in, and begun anew."""

    documents: Documents
    ingest: Callable[[], Ingest]
    deletions: Callable[[], Deletions]
    clock: Clock
    ids: Ids

    def write(self, text: str, *, key: str = "") -> None:
        """A customer's message, as if Instagram had brought it; its turn is scheduled.

        Sent twice with the same `key`, it is stored once. Raises `Rejected`, `Unavailable`.
        """
        text = text.strip()
        if not text:
            raise Rejected(Text("Write something that a customer could write."))
        if len(text) > LONGEST:
            raise Rejected(
                Text("A customer's message has at most %(most)s characters.", most=LONGEST)
            )
        mid = f"{PLAYGROUND}-{key or self.ids.new()}"
        trace_id = self.ids.new()
        for parsed in parse(self._body(mid, text), self.clock.now()):
            if isinstance(parsed, Event):
                event = parsed.placed(PLAYGROUND, IGSID, echo=False)
                self.ingest().accept_thread([event], trace_id)
        self.documents.commit([paths.conversation(THREAD).merge({"contact_name": "Playground"})])

    def reset(self, by: Operator) -> None:
        """Forget everything that was said; a turn that is under way comes to nothing."""
        self.deletions().request(THREAD, PLAYGROUND)
        now, path = self.clock.now(), paths.conversation(THREAD)
        record = audit.entry(self.ids.new(), now, by, "playground_reset", path)
        audit.commit(self.documents, record)

    def _body(self, mid: str, text: str) -> dict[str, Any]:
        # Meta's ids are numbers: whose thread it is, only `placed` says.
        item = {
            "sender": {"id": IGSID},
            "recipient": {"id": "0"},
            "timestamp": to_ms(self.clock.now()),
            "message": {"mid": mid, "text": text},
        }
        return {"object": "instagram", "entry": [{"id": "0", "messaging": [item]}]}
