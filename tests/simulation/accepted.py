"""What the webhook has answered 200 for: nothing of it may ever be lost."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from emulators.instagram.deliveries import Event
from emulators.instagram.state import State
from services.domain.ids import document_id
from tests.simulation.instances import ACCOUNT
from tests.simulation.store import Mirror

_WORDS = {"STOP": True, "START": False}

#: A message: its thread and its mid.
Place = tuple[str, str]


@dataclass(slots=True)
class Accepted:
    """Messages, edits and unsends, and who wants no answers; told by what Instagram knows."""

    instagram: State
    messages: set[Place] = field(default_factory=set)
    stopped: dict[str, datetime] = field(default_factory=dict)  #: threads, since when
    _said_at: dict[str, datetime] = field(default_factory=dict)
    _edits: dict[Place, tuple[int, str]] = field(default_factory=dict)
    _unsent: set[Place] = field(default_factory=set)

    def add(self, event: Event) -> None:
        """One event of a POST that was answered 200."""
        message = event.item.get("message", {})
        if "message_edit" in event.item:
            self._edited(_thread(event.item["sender"]), event.item["message_edit"])
        elif "mid" in message and event.field in ("messages", "message_echoes"):
            person = event.item["recipient" if message.get("is_echo") else "sender"]
            self._heard(_thread(person), message)

    def missing(self, mirror: Mirror) -> Iterator[str]:
        """What the store does not show of it, once nothing is under way any more."""
        for thread, mid in sorted(self.messages):
            stored = mirror.messages(thread).get(document_id(mid))
            if stored is None:
                yield f"the accepted message {mid[:12]} is not stored"
            elif stored.get("deleted_at"):
                continue
            elif (thread, mid) in self._unsent:
                yield f"{mid[:12]} was unsent, and still says {stored['text']!r}"
            elif (last := self._edits.get((thread, mid))) and stored["text"] != last[1]:
                yield f"{mid[:12]} was edited to {last[1]!r}, and still says {stored['text']!r}"

    def last_written_at(self, thread: str) -> datetime:
        """When the person wrote last, by Instagram's own clock."""
        person = self.instagram.people.known(thread.partition("_")[2])
        assert person is not None
        assert person.last_inbound_at is not None
        return person.last_inbound_at

    def _edited(self, thread: str, edit: dict[str, Any]) -> None:
        known, _ = self._edits.get((thread, edit["mid"]), (0, ""))
        if edit["num_edit"] >= max(known, 1):
            self._edits[thread, edit["mid"]] = (edit["num_edit"], edit["text"])

    def _heard(self, thread: str, message: dict[str, Any]) -> None:
        mid, text = message["mid"], message.get("text", "")
        written = self.instagram.messages[mid]
        if written.author == "api":
            return
        self.messages.add((thread, mid))
        if message.get("is_deleted"):
            self._unsent.add((thread, mid))
        if text in _WORDS and written.at >= self._said_at.get(thread, written.at):
            self._said_at[thread] = written.at
            if _WORDS[text]:
                self.stopped[thread] = written.at
            else:
                self.stopped.pop(thread, None)


def _thread(person: dict[str, str]) -> str:
    return f"{ACCOUNT}_{person['id']}"
