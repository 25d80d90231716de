"""The errors of Moca, sorted by who must act.

MocaError
├── ConfigError            the developer: a setting is missing or wrong
├── Rejected               the caller: bad input; nothing was stored, trying again is useless
│   ├── BadSignature         not signed with a secret of ours
│   ├── BadBody              not JSON, or not the shape that was agreed
│   ├── BodyTooLarge         over the size cap
│   ├── NoToken              no identity token, or none that can be read
│   ├── WrongFields          some of the values are not what they may be; says which
│   ├── Conflict             well said, but it cannot be done as things stand
│   └── NotOurQueue          a private function was called by somebody else
├── Unavailable            nobody yet: a service is unreachable; the caller tries again
│   └── Contention           too many writers on one document
├── GraphRefused           whoever called: Instagram said no, by code and subcode
├── NoMedia                the reader: a file that a message names cannot be had
├── TurnFailed             the queue: this turn is tried again with backoff
├── ModelError             the turn: the model gave no usable answer
│   ├── ModelBusy            nobody yet: overloaded or silent, asking again may help
│   └── ModelRefused         the turn: it will not take this request, another model may
└── Expected               the code that called: it catches it, so that no edge ever sees it
    ├── AlreadyStored        the writer: a document that was to be created exists
    ├── NotStored            the writer: a document that was to be updated does not
    ├── Unreadable           whoever typed it: a pattern is none, or asks for too much
    ├── NoAnswer             whoever looked something up: it goes on without
    ├── TurnLost             the turn: its claim is somebody else's, so it ends
    ├── Superseded           the turn: newer messages came, so it begins anew
    ├── Unusable             the model's loop: the answer is no use, another model may do better
    ├── UsedUp               the model's loop: the turn's budget is gone, so it ends
    ├── AskAgain             the model: the call was wrong, here is how to make it
    ├── ToolFailed           the model: the tool cannot do it now, say this instead
    └── HandOff              a human: only one can go on
"""

from collections.abc import Mapping

from services.domain.decision import Handoff, HandoffReason
from services.domain.text import Text


class MocaError(Exception):
    """The root. The docstring of a class is the default message of its instances.

    What may be read in the office is a `Text`, which is translated there; `str()` is English.
    """

    def __init__(self, message: Text | str | None = None) -> None:
        self.text = Text.of(message) or Text((type(self).__doc__ or "").strip())
        super().__init__(str(self.text))


class ConfigError(MocaError):
    """A setting is missing or invalid."""


class Rejected(MocaError):
    """The request was refused and nothing was stored."""


class BadSignature(Rejected):
    """The body is not signed with any configured app secret."""


class BadBody(Rejected):
    """The body is not what was agreed."""


class BodyTooLarge(Rejected):
    """The body is larger than the cap."""


class NoToken(Rejected):
    """The request carries no readable identity token."""


class WrongFields(Rejected):
    """Some of the fields are not what they may be."""

    def __init__(self, problems: Mapping[str, Text | str], message: Text | None = None) -> None:
        super().__init__(message)
        #: name → what is wrong with it
        self.problems = {n: p if isinstance(p, Text) else Text(p) for n, p in problems.items()}


class Conflict(Rejected):
    """The request is sound, but the state of things does not allow it."""


class NotOurQueue(Rejected):
    """The caller is not the task queue."""


class Unavailable(MocaError):
    """A service that is needed cannot be reached now."""


class Contention(Unavailable):
    """Too many writers on the same document; the transaction was given up."""


class NoMedia(MocaError):
    """A file that a message names cannot, or must not, be fetched."""


class TurnFailed(MocaError):
    """The turn did not finish; its messages are pending again."""


class ModelError(MocaError):
    """The model gave no usable answer."""


class GraphRefused(MocaError):
    """Instagram refused a call; its numbers say why, its words never leave the adapter."""

    def __init__(self, code: int, subcode: int | None = None) -> None:
        number = f"{code}/{subcode}" if subcode else str(code)
        super().__init__(Text("Instagram refused the call with error %(number)s.", number=number))
        self.code = code
        self.subcode = subcode


class ModelBusy(ModelError):
    """The model is overloaded or did not answer in time."""

    def __init__(self, message: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class ModelRefused(ModelError):
    """The model does not take this request, or does not exist."""


class Expected(MocaError):
    """An answer by another way than a return; whoever calls catches it."""


class AlreadyStored(Expected):
    """A document that was to be created exists."""


class NotStored(Expected):
    """A document that was to be updated does not exist."""


class Unreadable(Expected):
    """A pattern is none, or asks for more than can be matched in a bounded time; says why."""


class NoAnswer(Expected):
    """A look-up could not be made: the service behind it failed."""


class TurnLost(Expected):
    """The claim went to somebody else: whatever was decided is void."""


class Superseded(Expected):
    """Newer messages came, and one turn is to answer all of them: this run is for nothing."""


class Unusable(Expected):
    """The model's answer cannot be used; the text says why."""


class UsedUp(Expected):
    """The turn's budget is gone; the text says which."""


class AskAgain(Expected):
    """A tool's call was wrong; the text tells the model how to call."""


class ToolFailed(Expected):
    """A tool cannot do it now; the text tells the model what to say instead of trying again."""


class HandOff(Expected):
    """Only a human can go on: the turn ends and the thread waits for one."""

    def __init__(self, reason: HandoffReason, note: str = "") -> None:
        super().__init__(note or reason)
        self.handoff = Handoff(reason, note)
