"""One call of Instagram's send API, as the use cases say it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Action = Literal["typing_on", "typing_off", "mark_seen"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A text, an attachment or a reaction: one of the three, and whom it goes to."""

    igsid: str
    text: str = ""
    attachment: Mapping[str, Any] | None = None  #: `type` and `url`, or `type` and `payload`
    reaction: str | None = None  #: an emoji …
    target_mid: str | None = None  #: … on this message
    reply_to_mid: str | None = None
    quick_replies: Sequence[Mapping[str, str]] = ()  #: `title` and `payload`
    human_agent: bool = False  #: written by a person, after the first 24 h


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryMessage:
    """One message as Instagram's own history has it."""

    mid: str
    sender_id: str
    text: str
    created_at: datetime  #: whole seconds
    attachments: Sequence[Mapping[str, Any]] = ()  #: `type` and `url`
    readable: bool = True  #: Instagram shows only the newest 20 of a conversation in full


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadSummary:
    """A conversation as Instagram lists it."""

    key: str  #: Instagram's own id of the conversation
    igsid: str  #: the person
    updated_at: datetime
