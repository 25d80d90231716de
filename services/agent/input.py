"""What a turn asks the agent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.domain.conversation import Conversation
from services.domain.message import Message
from services.domain.operation import OperatingSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnInput:
    """A thread's new messages, with all that is known around them."""

    thread: Conversation
    turn_id: str
    messages: Sequence[Message]  #: the claimed ones
    history: Sequence[Message]  #: the newest of the thread, oldest first; may hold the claimed ones
    #: The instant of the oldest one that was read, where older ones may stand before it.
    history_begins_at: datetime | None = None
    contact: Mapping[str, Any]
    settings: OperatingSettings
    learns: bool = True  #: whether anything is kept for later turns: notes, descriptions
    business: str = ""  #: the account whose rules and knowledge count; empty for the thread's own

    @property
    def account_id(self) -> str:
        """The account whose rules and knowledge count."""
        return self.business or self.thread.account_id
