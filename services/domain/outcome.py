"""What is known after a call to Instagram's send API."""

from dataclasses import dataclass

from services.domain.account import AccountState
from services.domain.text import Text


@dataclass(frozen=True, slots=True)
class Sent:
    """It arrived, under this mid; a reaction has none."""

    mid: str | None


@dataclass(frozen=True, slots=True)
class NotSent:
    """It is sure that nothing was sent, and another try may help after a while."""

    reason: Text


@dataclass(frozen=True, slots=True)
class Throttled:
    """Instagram wants us to pause: nothing was sent, and the whole account rests."""

    reason: Text
    minutes: float


@dataclass(frozen=True, slots=True)
class Stopped:
    """The account cannot send until a person has acted; nothing was sent."""

    reason: Text
    state: AccountState


@dataclass(frozen=True, slots=True)
class Refused:
    """It will never be sent like this; `reason` is for a person to read."""

    reason: Text
    alert: bool = False  #: the team is told, once
    routing: bool = False  #: another app owns the thread: the bot steps back
    attachment: bool = False  #: the file could not be taken: its address may go as text
    content: bool = False  #: the form was not accepted: a plainer one may be


@dataclass(frozen=True, slots=True)
class Unknown:
    """The request may have arrived: nobody may send it again blindly."""

    reason: Text


Failure = NotSent | Throttled | Stopped | Refused | Unknown
Outcome = Sent | Failure


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of what Meta allows is used up, as its headers said with an answer."""

    percent: float = 0
    regain_minutes: float = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """One call's outcome and what the answer said of our usage."""

    outcome: Outcome
    usage: Usage = Usage()
