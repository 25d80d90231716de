"""What is known after a call to Instagram's send API."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sent:
    """It arrived, under this mid."""

    mid: str


@dataclass(frozen=True, slots=True)
class NotSent:
    """It is sure that nothing was sent, and another try may help after a while."""

    reason: str
    retry_after_seconds: float = 2


@dataclass(frozen=True, slots=True)
class Refused:
    """It will never be sent like this; `reason` is for a person to read."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The request may have arrived: nobody may send it again blindly."""

    reason: str


Outcome = Sent | NotSent | Refused | Unknown

#: Errors that prove that nothing was sent and that another try may help, by (code, subcode); a
#: subcode of None stands for any. (Meta, Graph API error codes; Instagram messaging error codes.)
_RETRY: dict[tuple[int, int | None], float] = {
    (4, None): 300,
    (17, None): 300,
    (32, None): 300,
    (613, None): 5,
    (80002, None): 300,
}

#: Errors that do not tell whether the message went out.
_AMBIGUOUS: frozenset[tuple[int, int | None]] = frozenset({(1, 1357046), (1, None), (2, None)})


def of_error(status: int, code: int | None, subcode: int | None) -> Outcome:
    """The outcome of an error answer, by its numbers; its text is localised and proves nothing."""
    if code is None:
        reason = f"HTTP {status} without an error code"
        return Unknown(reason) if status >= 500 or status < 400 else Refused(reason)
    reason = f"Instagram error {code}" + (f"/{subcode}" if subcode else "")
    for key in ((code, subcode), (code, None)):
        if key in _RETRY:
            return NotSent(reason, _RETRY[key])
        if key in _AMBIGUOUS:
            return Unknown(reason)
    return Unknown(reason) if status >= 500 else Refused(reason)
