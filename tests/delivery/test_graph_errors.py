"""Every refusal of Instagram's that we know, and what follows from it; one row each."""

import pytest

from services.domain.account import AccountState
from services.domain.graph_errors import RULES, of_error
from services.domain.outcome import Outcome, Refused, Stopped, Throttled, Unknown, Usage

RETRY_LATER = "the account rests"
AMBIGUOUS = "nobody knows"
FOR_GOOD = "for good"
PLAINER = "for good, unless a plainer form is possible"
TELL = "for good, and the team is told"
ROUTING = "the bot steps back"
ATTACHMENT = "the address goes as text"
LOG_IN = "the owner logs in again"
BLOCKED = "the account is blocked"
CONNECT = "the account is disconnected"

#: (code, subcode) → what must follow (Meta's error codes; see services/domain/graph_errors.py).
ROWS: dict[tuple[int, int | None], str] = {
    (1, None): AMBIGUOUS, (1, 99): TELL, (1, 1357046): AMBIGUOUS, (2, None): AMBIGUOUS,
    (2, 1545133): AMBIGUOUS, (4, None): RETRY_LATER, (4, 2018022): RETRY_LATER,
    (17, None): RETRY_LATER, (32, None): RETRY_LATER, (613, None): RETRY_LATER,
    (613, 2534040): RETRY_LATER, (613, 2018338): BLOCKED, (80001, None): RETRY_LATER,
    (80002, None): RETRY_LATER, (80006, None): RETRY_LATER, (368, None): BLOCKED,
    (10, None): TELL, (10, 2534022): FOR_GOOD, (10, 2018278): FOR_GOOD, (10, 2018065): FOR_GOOD,
    (10, 2018108): FOR_GOOD, (10, 1893063): BLOCKED, (10, 2534077): LOG_IN, (100, None): PLAINER,
    (100, 33): FOR_GOOD, (100, 2018001): FOR_GOOD, (100, 2534014): FOR_GOOD,
    (100, 2534015): PLAINER, (100, 2534037): ROUTING, (100, 2018300): ROUTING,
    (100, 2534025): FOR_GOOD, (100, 2534029): BLOCKED, (100, 2534013): CONNECT,
    (100, 2534001): FOR_GOOD, (100, 2018008): ATTACHMENT, (100, 2018047): ATTACHMENT,
    (100, 2018074): ATTACHMENT, (100, 2018109): ATTACHMENT, (100, 2018294): ATTACHMENT,
    (100, 2018014): FOR_GOOD, (102, None): LOG_IN, (190, None): LOG_IN, (190, 458): LOG_IN,
    (190, 459): LOG_IN, (190, 460): LOG_IN, (190, 463): LOG_IN, (190, 464): LOG_IN,
    (190, 467): LOG_IN, (190, 492): LOG_IN, (200, None): TELL, (200, 2018028): TELL,
    (200, 2534041): CONNECT, (200, 1545041): FOR_GOOD, (551, None): FOR_GOOD,
    (551, 1545041): FOR_GOOD, (25, 2207050): BLOCKED, (36103, None): CONNECT,
}  # fmt: skip

STATES = {
    AccountState.REAUTHORISE: LOG_IN,
    AccountState.BLOCKED: BLOCKED,
    AccountState.DISCONNECTED: CONNECT,
}


def _follows(outcome: Outcome) -> str:
    match outcome:
        case Throttled():
            return RETRY_LATER
        case Unknown():
            return AMBIGUOUS
        case Stopped(state=state):
            return STATES[state]
        case Refused(routing=True):
            return ROUTING
        case Refused(attachment=True):
            return ATTACHMENT
        case Refused(alert=True):
            return TELL
        case Refused(content=True):
            return PLAINER
        case _:
            return FOR_GOOD


@pytest.mark.parametrize(("numbers", "follows"), ROWS.items())
def test_a_row_has_its_consequence(numbers: tuple[int, int | None], follows: str) -> None:
    outcome = of_error(400, *numbers)
    assert _follows(outcome) == follows
    reason = str(outcome.reason)
    assert str(numbers[0]) in reason, "the number is for whoever asks Meta"
    assert len(reason) > 30, "the words are for the operator"


def test_every_row_of_the_table_is_tested() -> None:
    assert set(RULES) <= set(ROWS)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(500, Unknown), (502, Unknown), (408, Unknown), (200, Unknown), (404, Refused),
     (429, Throttled)],
)  # fmt: skip
def test_an_answer_without_numbers_is_judged_by_its_status(
    status: int, outcome: type[Outcome]
) -> None:
    assert isinstance(of_error(status, None, None), outcome)


def test_an_unknown_error_of_the_server_is_ambiguous_and_of_the_caller_is_not() -> None:
    assert isinstance(of_error(500, 4711, None), Unknown)
    assert isinstance(of_error(400, 4711, None), Refused)


@pytest.mark.parametrize(
    ("code", "said", "minutes"),
    [(4, 0, 5), (80002, 12, 12), (80002, 600, 60), (613, 7, 7), (613, 0, 1 / 6)],
)
def test_an_account_rests_as_long_as_meta_says(code: int, said: float, minutes: float) -> None:
    outcome = of_error(400, code, None, Usage(100, said))
    assert isinstance(outcome, Throttled)
    assert outcome.minutes == minutes
