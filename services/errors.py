"""The errors of Moca, sorted by who must act.

MocaError
├── ConfigError            the developer: a setting is missing or wrong
├── Rejected               the caller: bad input; nothing was stored, trying again is useless
│   ├── BadSignature         not signed with a secret of ours
│   ├── BadBody              not JSON, or not the shape that was agreed
│   ├── BodyTooLarge         over the size cap
│   ├── NoToken              no identity token, or none that can be read
│   ├── Refused              well said, but it cannot be done as things stand
│   └── NotOurQueue          a private function was called by somebody else
├── Unavailable            nobody yet: a service is unreachable; the caller tries again
│   └── Contention           too many writers on one document
├── GraphRefused           whoever called: Instagram said no, by code and subcode
├── NoMedia                the reader: a file that a message names cannot be had
├── TurnFailed             the queue: this turn is tried again with backoff
└── ModelError             the turn: the model gave no usable answer
    ├── ModelBusy            nobody yet: overloaded or silent, asking again may help
    └── ModelRefused         the turn: it will not take this request, another model may
"""


class MocaError(Exception):
    """The root. The docstring of a class is the default message of its instances."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())


class ConfigError(MocaError):
    """A setting is missing or invalid."""


class Rejected(MocaError):  # noqa: N818 (the field's word for a refused request)
    """The request was refused and nothing was stored."""


class BadSignature(Rejected):
    """The body is not signed with any configured app secret."""


class BadBody(Rejected):
    """The body is not what was agreed."""


class BodyTooLarge(Rejected):
    """The body is larger than the cap."""


class NoToken(Rejected):
    """The request carries no readable identity token."""


class Refused(Rejected):
    """The request is sound, but the state of things does not allow it."""


class NotOurQueue(Rejected):
    """The caller is not the task queue."""


class Unavailable(MocaError):  # noqa: N818 (named after the status that it becomes)
    """A service that is needed cannot be reached now."""


class Contention(Unavailable):
    """Too many writers on the same document; the transaction was given up."""


class NoMedia(MocaError):  # noqa: N818 (it is an answer)
    """A file that a message names cannot, or must not, be fetched."""


class TurnFailed(MocaError):  # noqa: N818 (it is an outcome, raised so that the queue retries)
    """The turn did not finish; its messages are pending again."""


class ModelError(MocaError):
    """The model gave no usable answer."""


class GraphRefused(MocaError):  # noqa: N818 (it is an answer)
    """Instagram refused a call; its numbers say why, its words never leave the adapter."""

    def __init__(self, code: int, subcode: int | None = None) -> None:
        number = f"{code}/{subcode}" if subcode else str(code)
        super().__init__(f"Instagram refused the call with error {number}.")
        self.code = code
        self.subcode = subcode


class ModelBusy(ModelError):  # noqa: N818 (named after what it says)
    """The model is overloaded or did not answer in time."""

    def __init__(self, message: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class ModelRefused(ModelError):  # noqa: N818 (named after what it says)
    """The model does not take this request, or does not exist."""
