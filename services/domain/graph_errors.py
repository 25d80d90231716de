"""Instagram's refusals, by (code, subcode): what each means and what follows from it.

Sources: Meta's pages "Error codes" of the Messenger and Instagram platforms and "Handling errors"
of the Graph API. Texts are localised and prove nothing; only the numbers decide.
"""

from collections.abc import Callable
from dataclasses import dataclass

from services.domain.account import AccountState
from services.domain.outcome import NotSent, Outcome, Refused, Stopped, Throttled, Unknown, Usage

#: Minutes of rest where Meta does not say how long, and the longest that we take its word for.
REST_MINUTES = 5.0
LONGEST_REST_MINUTES = 60.0
#: Minutes of rest after a call that was one too many in its second, where Meta names none.
SHORT_REST_MINUTES = 1 / 6

_Follows = Callable[[str, Usage], Outcome]


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: in words for a person, and the outcome that follows."""

    says: str
    follows: _Follows


def _park(says: str) -> Rule:
    return Rule(says, lambda reason, usage: Throttled(reason, rest_minutes(usage)))


def _breathe(says: str) -> Rule:
    return Rule(
        says, lambda reason, usage: Throttled(reason, rest_minutes(usage, SHORT_REST_MINUTES))
    )


def _stop(state: AccountState, says: str) -> Rule:
    return Rule(says, lambda reason, _: Stopped(reason, state))


def _refuse(says: str, *, alert: bool = False) -> Rule:
    return Rule(says, lambda reason, _: Refused(reason, alert=alert))


def _attachment(says: str) -> Rule:
    return Rule(says, lambda reason, _: Refused(reason, attachment=True))


def _content(says: str) -> Rule:
    return Rule(says, lambda reason, _: Refused(reason, content=True))


def _routing(says: str) -> Rule:
    return Rule(says, lambda reason, _: Refused(reason, alert=True, routing=True))


def _ambiguous(says: str) -> Rule:
    return Rule(says, lambda reason, _: Unknown(reason))


_REAUTHORISE = AccountState.REAUTHORISE
_BLOCKED = AccountState.BLOCKED
_DISCONNECTED = AccountState.DISCONNECTED

#: A subcode of None stands for any that has no row of its own.
RULES: dict[tuple[int, int | None], Rule] = {
    (1, None): _ambiguous("an unknown error at Instagram"),
    (1, 99): _refuse("a permission of the app is missing", alert=True),
    (1, 1357046): _ambiguous("Instagram's own answer was broken"),
    (2, None): _ambiguous("Instagram was unavailable for a moment"),
    (4, None): _park("the app has used up its calls"),
    (17, None): _park("the user has used up its calls"),
    (32, None): _park("the page has used up its calls"),
    (613, None): _breathe("the account sends faster than Instagram allows"),
    (613, 2018338): _stop(_BLOCKED, "Instagram warns of an abuse of message tags"),
    (80001, None): _park("the page has used up its business calls"),
    (80002, None): _park("the account has used up its business calls"),
    (80006, None): _park("the account has used up its messaging calls"),
    (368, None): _stop(_BLOCKED, "Instagram has blocked the account for a policy violation"),
    (10, None): _refuse("the app lacks the permission for this", alert=True),
    (10, 2534022): _refuse("the time in which the person may be written to is over"),
    (10, 2018278): _refuse("the time in which the person may be written to is over"),
    (10, 2018065): _refuse("the time in which the person may be written to is over"),
    (10, 2018108): _refuse("the person cannot receive messages now"),
    (10, 1893063): _stop(_BLOCKED, "Instagram has restricted the account from sending"),
    (10, 2534077): _stop(_REAUTHORISE, "Instagram cannot verify the account: connect it again"),
    (100, None): _content("Instagram does not accept the message as it is"),
    (100, 33): _refuse("Instagram does not know the recipient or may not show it"),
    (100, 2018001): _refuse("there is no such person any more"),
    (100, 2534014): _refuse("the person's account is gone, or has blocked yours"),
    (100, 2534015): _content("Instagram does not accept the message's content"),
    (100, 2534037): _routing("another app answers this conversation"),
    (100, 2018300): _routing("another app answers this conversation"),
    (100, 2534025): _refuse("the comment has had its private reply"),
    (100, 2534029): _stop(_BLOCKED, "Instagram has blocked the business from messaging"),
    (100, 2534013): _stop(_DISCONNECTED, "the page is not linked to the Instagram account"),
    (100, 2534001): _refuse("the conversation was archived or deleted in Instagram"),
    (100, 2018008): _attachment("Instagram could not fetch the file"),
    (100, 2018047): _attachment("the file is not of the sort that was said"),
    (100, 2018074): _attachment("the uploaded file is not known any more"),
    (100, 2018109): _attachment("the file is too large"),
    (100, 2018294): _attachment("the video took too long to fetch"),
    (100, 2018014): _refuse("a message and an action were sent in one call"),
    (102, None): _stop(_REAUTHORISE, "the session with Instagram is over"),
    (190, None): _stop(_REAUTHORISE, "the access token is not valid any more"),
    (190, 458): _stop(_REAUTHORISE, "the app was removed from the account"),
    (190, 459): _stop(_REAUTHORISE, "Instagram wants the owner to pass a checkpoint"),
    (190, 460): _stop(_REAUTHORISE, "the account's password was changed"),
    (190, 463): _stop(_REAUTHORISE, "the access token has expired"),
    (190, 464): _stop(_REAUTHORISE, "the account is not confirmed"),
    (190, 467): _stop(_REAUTHORISE, "the access token was taken back"),
    (190, 492): _stop(_REAUTHORISE, "the owner lost the role on the page"),
    (200, None): _refuse("the app may not write to this person", alert=True),
    (200, 2018028): _refuse("the app is not live, and the person has no role in it", alert=True),
    (200, 2534041): _stop(
        _DISCONNECTED,
        "the owner has switched off access to messages (Instagram app: Settings, Messages and "
        "story replies, Message controls, Connected tools, Allow access to messages)",
    ),
    (200, 1545041): _refuse("the person cannot be written to now"),
    (551, None): _refuse("the person cannot be written to now"),
    (551, 1545041): _refuse("the person cannot be written to now"),
    (25, 2207050): _stop(_BLOCKED, "Instagram has restricted the account"),
    (36103, None): _stop(_DISCONNECTED, "the account may not use the messaging API yet"),
}


def of_error(
    status: int, code: int | None, subcode: int | None, usage: Usage | None = None
) -> Outcome:
    """The outcome of an answer that is no success, by its numbers."""
    usage = usage or Usage()
    if code is None:
        return _by_status(status)
    rule = RULES.get((code, subcode)) or RULES.get((code, None))
    number = f"{code}/{subcode}" if subcode else str(code)
    if rule is not None:
        return rule.follows(f"{rule.says[0].upper()}{rule.says[1:]} (error {number}).", usage)
    reason = f"Instagram refused with error {number}."
    return Unknown(reason) if status >= 500 else Refused(reason)


def rest_minutes(usage: Usage, otherwise: float = REST_MINUTES) -> float:
    """How long the account rests, by Meta's word where it gave one."""
    return min(usage.regain_minutes or otherwise, LONGEST_REST_MINUTES)


def not_reached(kind: str) -> Outcome:
    """No connection came about: nothing was sent."""
    return NotSent(f"Instagram could not be reached ({kind}).")


def _by_status(status: int) -> Outcome:
    """An answer without numbers comes from what stands in front of the API."""
    reason = f"Instagram answered HTTP {status} without an error code."
    if status == 429:
        return Throttled(reason, REST_MINUTES)
    proves_nothing = status >= 500 or status < 400 or status == 408
    return Unknown(reason) if proves_nothing else Refused(reason)
