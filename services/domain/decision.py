"""What the agent decided to do about a turn's messages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from services.domain.contact import ContactFields
from services.domain.message import MessageFields

#: Why a human is asked for, as it is stored and shown.
HandoffReason = Literal[
    "customer_request",
    "missing_knowledge",
    "unsupported_request",
    "policy_restriction",
    "tool_failure",
    "model_failure",
    "usage_limit",
    "no_rule",
]


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message to the person, before it is split to what Instagram carries."""

    text: str
    reply_to: str | None = None  #: the mid that it answers


@dataclass(frozen=True, slots=True)
class Reaction:
    """An emoji put on a message of the person's."""

    mid: str
    emoji: str


@dataclass(frozen=True, slots=True)
class Handoff:
    """A human should go on with the thread."""

    reason: HandoffReason
    note: str = ""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """The thread should be looked at again by itself, unless the person writes before."""

    at: datetime
    note: str
    owner_epoch: int = 0  #: the owner's time that it belongs to


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A reply that only an operator may send."""

    text: str  #: empty where the bot would say nothing
    about: datetime  #: when the newest message that it answers was stored
    handoff: str = ""  #: why the bot would have asked for a human
    turn_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Nothing of it has happened yet: the end of the turn commits it or throws it away."""

    bubbles: Sequence[Bubble] = ()
    reactions: Sequence[Reaction] = ()
    alerts: Sequence[str] = ()  #: texts for the manager
    handoff: Handoff | None = None
    contact_details: ContactFields = field(default_factory=ContactFields)
    follow_up: FollowUp | None = None
    suggestion: Suggestion | None = None  #: instead of all of the above, where the bot drafts
    disclosed: bool = False  #: whether the first bubble says that a machine writes
    summary: str | None = None  #: the rolling summary, where it was made anew …
    summary_until: datetime | None = None  #: … of all that was said up to here
    descriptions: Mapping[str, MessageFields] = field(default_factory=dict)
    #: ↑ message id → fields: what its picture or voice note holds
    prompt: tuple[str, str] | None = None  #: version and text, until this instance has stored it
    reason: str = "answered"  #: for a person to read, above all where there are no bubbles
    trace: Mapping[str, Any] = field(default_factory=dict)
