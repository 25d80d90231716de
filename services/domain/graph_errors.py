"""Instagram's refusals, by (code, subcode): what each means and what follows from it.

Sources: Meta's pages "Error codes" of the Messenger and Instagram platforms and "Handling errors"
of the Graph API. Texts are localised and prove nothing; only the numbers decide.
"""

from collections.abc import Callable
from dataclasses import dataclass

from services.domain.account import AccountState
from services.domain.outcome import Failure, NotSent, Refused, Stopped, Throttled, Unknown, Usage
from services.domain.text import Text

#: Minutes of rest where Meta does not say how long, and the longest that we take its word for.
REST_MINUTES = 5.0
LONGEST_REST_MINUTES = 60.0
#: Minutes of rest after a call that was one too many in its second, where Meta names none.
SHORT_REST_MINUTES = 1 / 6

_Follows = Callable[[Text, Usage], Failure]


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: in words for a person, and the outcome that follows."""

    says: Text
    follows: _Follows


def _park(says: Text) -> Rule:
    return Rule(says, lambda reason, usage: Throttled(reason, rest_minutes(usage)))


def _breathe(says: Text) -> Rule:
    return Rule(
        says, lambda reason, usage: Throttled(reason, rest_minutes(usage, SHORT_REST_MINUTES))
    )


def _stop(state: AccountState, says: Text) -> Rule:
    return Rule(says, lambda reason, _: Stopped(reason, state))


def _refuse(says: Text, *, alert: bool = False) -> Rule:
    return Rule(says, lambda reason, _: Refused(reason, alert=alert))


def _attachment(says: Text) -> Rule:
    return Rule(says, lambda reason, _: Refused(reason, attachment=True))


def _content(says: Text) -> Rule:
    return Rule(says, lambda reason, _: Refused(reason, content=True))


def _routing(says: Text) -> Rule:
    return Rule(says, lambda reason, _: Refused(reason, alert=True, routing=True))


def _ambiguous(says: Text) -> Rule:
    return Rule(says, lambda reason, _: Unknown(reason))


_REAUTHORISE = AccountState.REAUTHORISE
_BLOCKED = AccountState.BLOCKED
_DISCONNECTED = AccountState.DISCONNECTED

#: A subcode of None stands for any that has no row of its own.
RULES: dict[tuple[int, int | None], Rule] = {
    (1, None): _ambiguous(Text("An unknown error at Instagram")),
    (1, 99): _refuse(Text("A permission of the app is missing"), alert=True),
    (1, 1357046): _ambiguous(Text("Instagram's own answer was broken")),
    (2, None): _ambiguous(Text("Instagram was unavailable for a moment")),
    (4, None): _park(Text("The app has used up its calls")),
    (17, None): _park(Text("The user has used up its calls")),
    (32, None): _park(Text("The page has used up its calls")),
    (613, None): _breathe(Text("The account sends faster than Instagram allows")),
    (613, 2018338): _stop(_BLOCKED, Text("Instagram warns of an abuse of message tags")),
    (80001, None): _park(Text("The page has used up its business calls")),
    (80002, None): _park(Text("The account has used up its business calls")),
    (80006, None): _park(Text("The account has used up its messaging calls")),
    (368, None): _stop(_BLOCKED, Text("Instagram has blocked the account for a policy violation")),
    (10, None): _refuse(Text("The app lacks the permission for this"), alert=True),
    (10, 2534022): _refuse(Text("The time in which the person may be written to is over")),
    (10, 2018278): _refuse(Text("The time in which the person may be written to is over")),
    (10, 2018065): _refuse(Text("The time in which the person may be written to is over")),
    (10, 2018108): _refuse(Text("The person cannot receive messages now")),
    (10, 1893063): _stop(_BLOCKED, Text("Instagram has restricted the account from sending")),
    (10, 2534077): _stop(
        _REAUTHORISE, Text("Instagram cannot verify the account: connect it again")
    ),
    (100, None): _content(Text("Instagram does not accept the message as it is")),
    (100, 33): _refuse(Text("Instagram does not know the recipient or may not show it")),
    (100, 2018001): _refuse(Text("There is no such person any more")),
    (100, 2534014): _refuse(Text("The person's account is gone, or has blocked yours")),
    (100, 2534015): _content(Text("Instagram does not accept the message's content")),
    (100, 2534037): _routing(Text("Another app answers this conversation")),
    (100, 2018300): _routing(Text("Another app answers this conversation")),
    (100, 2534025): _refuse(Text("The comment has had its private reply")),
    (100, 2534029): _stop(_BLOCKED, Text("Instagram has blocked the business from messaging")),
    (100, 2534013): _stop(_DISCONNECTED, Text("The page is not linked to the Instagram account")),
    (100, 2534001): _refuse(Text("The conversation was archived or deleted in Instagram")),
    (100, 2018008): _attachment(Text("Instagram could not fetch the file")),
    (100, 2018047): _attachment(Text("The file is not of the sort that was said")),
    (100, 2018074): _attachment(Text("The uploaded file is not known any more")),
    (100, 2018109): _attachment(Text("The file is too large")),
    (100, 2018294): _attachment(Text("The video took too long to fetch")),
    (100, 2018014): _refuse(Text("A message and an action were sent in one call")),
    (102, None): _stop(_REAUTHORISE, Text("The session with Instagram is over")),
    (190, None): _stop(_REAUTHORISE, Text("The access token is not valid any more")),
    (190, 458): _stop(_REAUTHORISE, Text("The app was removed from the account")),
    (190, 459): _stop(_REAUTHORISE, Text("Instagram wants the owner to pass a checkpoint")),
    (190, 460): _stop(_REAUTHORISE, Text("The account's password was changed")),
    (190, 463): _stop(_REAUTHORISE, Text("The access token has expired")),
    (190, 464): _stop(_REAUTHORISE, Text("The account is not confirmed")),
    (190, 467): _stop(_REAUTHORISE, Text("The access token was taken back")),
    (190, 492): _stop(_REAUTHORISE, Text("The owner lost the role on the page")),
    (200, None): _refuse(Text("The app may not write to this person"), alert=True),
    (200, 2018028): _refuse(
        Text("The app is not live, and the person has no role in it"), alert=True
    ),
    (200, 2534041): _stop(
        _DISCONNECTED,
        Text(
            "The owner has switched off access to messages (Instagram app: Settings, Messages and "
            "story replies, Message controls, Connected tools, Allow access to messages)"
        ),
    ),
    (200, 1545041): _refuse(Text("The person cannot be written to now")),
    (551, None): _refuse(Text("The person cannot be written to now")),
    (551, 1545041): _refuse(Text("The person cannot be written to now")),
    (25, 2207050): _stop(_BLOCKED, Text("Instagram has restricted the account")),
    (36103, None): _stop(_DISCONNECTED, Text("The account may not use the messaging API yet")),
}


def of_error(
    status: int, code: int | None, subcode: int | None, usage: Usage | None = None
) -> Failure:
    """The outcome of an answer that is no success, by its numbers."""
    usage = usage or Usage()
    if code is None:
        return _by_status(status)
    rule = RULES.get((code, subcode)) or RULES.get((code, None))
    number = f"{code}/{subcode}" if subcode else str(code)
    if rule is not None:
        reason = Text("%(what)s (error %(number)s).", what=rule.says, number=number)
        return rule.follows(reason, usage)
    reason = Text("Instagram refused with error %(number)s.", number=number)
    return Unknown(reason) if status >= 500 else Refused(reason)


def rest_minutes(usage: Usage, otherwise: float = REST_MINUTES) -> float:
    """How long the account rests, by Meta's word where it gave one."""
    return min(usage.regain_minutes or otherwise, LONGEST_REST_MINUTES)


def not_reached(kind: Text | str) -> NotSent:
    """No connection came about: nothing was sent."""
    return NotSent(Text("Instagram could not be reached (%(kind)s).", kind=kind))


def _by_status(status: int) -> Failure:
    """An answer without numbers comes from what stands in front of the API."""
    reason = Text("Instagram answered HTTP %(status)s without an error code.", status=str(status))
    if status == 429:
        return Throttled(reason, REST_MINUTES)
    proves_nothing = status >= 500 or status < 400 or status == 408
    return Unknown(reason) if proves_nothing else Refused(reason)
