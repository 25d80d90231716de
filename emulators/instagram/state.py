"""What this Instagram knows: conversations, what was sent through the API, what was done."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from emulators.instagram.people import People

Author = Literal["person", "api", "owner"]


@dataclass
class Message:
    """One message of a conversation, either direction."""

    mid: str
    igsid: str
    author: Author
    at_ms: int
    content: dict[str, Any]
    kind: str = "text"
    tag: str | None = None
    edits: int = 0
    deleted: bool = False
    seen: bool = False
    reactions: dict[str, str] = field(default_factory=dict)

    @property
    def at(self) -> datetime:
        """When it was sent."""
        return datetime.fromtimestamp(self.at_ms / 1000, UTC)

    @property
    def text(self) -> str | None:
        """Its text, if it has one."""
        return self.content.get("text")


class State:
    """Everything in memory; the simulator's lock guards it."""

    def __init__(self) -> None:
        self.people = People()
        self.messages: dict[str, Message] = {}
        self.threads: dict[str, list[Message]] = defaultdict(list)
        self.actions: list[dict[str, Any]] = []
        self.typing: set[str] = set()
        self._last_ms = 0

    def stamp(self, now: datetime) -> int:
        """A timestamp in ms, later than every one before: order survives a frozen clock."""
        self._last_ms = max(self._last_ms + 1, int(now.timestamp() * 1000))
        return self._last_ms

    def keep(self, message: Message) -> None:
        """Add a message to its conversation."""
        self.messages[message.mid] = message
        self.threads[message.igsid].append(message)
        if message.author != "person":
            self.typing.discard(message.igsid)

    def sent(self) -> list[Message]:
        """Every message accepted through the API, in order."""
        return [message for message in self.messages.values() if message.author == "api"]

    def last(self, igsid: str, *, ours: bool) -> Message | None:
        """The newest message of one side that still stands."""
        for message in reversed(self.threads[igsid]):
            if (message.author != "person") == ours and not message.deleted:
                return message
        return None
