"""Rules that a setting switches on, and every pair of them that can meet."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.domain.conversation import Conversation
from services.domain.message import Message
from services.domain.operation import OperatingSettings
from services.domain.policy import ACCOUNT, AWAY, Claim, Skip, Wait, next_step
from services.domain.schedule import hourly
from services.domain.states import ConversationStatus, Direction, Owner, Role, Status

#: A Monday, ten in the morning in Berlin.
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
#: Opens at 14:00 in Berlin.
CLOSED_NOW: dict[str, Any] = {"hours_weekly": "mo-fr 14:00-18:00"}
OPENS_AT = datetime(2026, 11, 2, 13, 0, tzinfo=UTC)


def _message(ago: float = 60, text: str = "hi", **more: Any) -> Message:
    at = NOW - timedelta(seconds=ago)
    return Message(
        id=f"m{ago}",
        thread_id="1_2",
        direction=Direction.INBOUND,
        role=Role.USER,
        kind="text",
        status=Status.PENDING,
        text=text,
        created_at=at,
        received_at=at,
        **more,
    )


def _thread(**more: Any) -> Conversation:
    return Conversation(
        thread_id="1_2", account_id="1", igsid="2", **{"last_inbound_at": NOW, **more}
    )


ONE = _message()
CLOSED = {"status": ConversationStatus.CLOSED, "closed_at": NOW - timedelta(hours=1)}
HUMAN = {"owner": Owner.HUMAN}
OUT = {"opted_out_at": NOW}
COOLING = {"cooldown_until": NOW + timedelta(seconds=5)}
STAYS_CLOSED = {"reopen_on_message": False}
OFF = {"bot": "off"}
DRAFTS = {"bot": "drafts"}
LONG_AGO = {"last_inbound_at": NOW - timedelta(days=2)}
EARLY = {"debounce_ends_early": True}
QUESTION = _message(1, "When do you open?")
PICTURE = _message(1, "When do you open?", attachments=[{"type": "image"}])

RULES: list[tuple[str, dict[str, Any], dict[str, Any], Message, object]] = [
    ("open all day by default", {}, {}, ONE, Claim((ONE,))),
    ("outside business hours", {}, CLOSED_NOW, ONE, Wait(OPENS_AT, AWAY)),
    ("a closed conversation stays closed", CLOSED, STAYS_CLOSED, ONE, Skip((ONE,), "closed")),
    ("a closed conversation reopens", CLOSED, {}, ONE, Claim((ONE,))),
    ("a question ends the debounce", {}, EARLY, QUESTION, Claim((QUESTION,))),
    (
        "a question beside a picture does not",
        {},
        EARLY,
        PICTURE,
        Wait(NOW + timedelta(seconds=3), "debounce"),
    ),
    (
        "a word is no whole text",
        {},
        EARLY,
        _message(1, "ok."),
        Wait(NOW + timedelta(seconds=3), "debounce"),
    ),
    ("a bot that is off", {}, OFF, ONE, Skip((ONE,), "bot_off")),
    ("a bot that is off for this person", OFF, {}, ONE, Skip((ONE,), "bot_off")),
    ("a bot that is on for this person", {"bot": "on"}, OFF, ONE, Claim((ONE,))),
    ("a bot that drafts", {}, DRAFTS, ONE, Claim((ONE,))),
    ("a bot of which nobody knows the word", {"bot": "?"}, {"bot": "!"}, ONE, Claim((ONE,))),
    # Pairs: the stronger rule first.
    ("a human, and a bot that is off", HUMAN, OFF, ONE, Skip((ONE,), "owner_human")),
    ("a human, and a bot that drafts", HUMAN, DRAFTS, ONE, Claim((ONE,))),
    ("a wait, and a bot that drafts", {"owner": Owner.WAITING}, DRAFTS, ONE, Claim((ONE,))),
    (
        "a human since, and a bot that drafts",
        {**HUMAN, "boundary_at": NOW},
        DRAFTS,
        ONE,
        Skip((ONE,), "before_boundary"),
    ),
    ("closed, and a bot that is off", CLOSED, {**STAYS_CLOSED, **OFF}, ONE, Skip((ONE,), "closed")),
    ("reopened, and a bot that is off", CLOSED, OFF, ONE, Skip((ONE,), "bot_off")),
    ("an opt-out, and a bot that is off", OUT, OFF, ONE, Skip((ONE,), "opted_out")),
    ("an opt-out, and a bot that drafts", OUT, DRAFTS, ONE, Skip((ONE,), "opted_out")),
    ("a bot that is off, and a closed window", LONG_AGO, OFF, ONE, Skip((ONE,), "bot_off")),
    ("a closed window, and drafts", LONG_AGO, DRAFTS, ONE, Skip((ONE,), "window_closed")),
    (
        "a bot that is off, and closed doors",
        {},
        {**OFF, **CLOSED_NOW},
        ONE,
        Skip((ONE,), "bot_off"),
    ),
    ("a bot that is off, and cooldown", COOLING, OFF, ONE, Skip((ONE,), "bot_off")),
    ("a bot that drafts, and closed doors", {}, {**DRAFTS, **CLOSED_NOW}, ONE, Claim((ONE,))),
    (
        "a bot that drafts, and cooldown",
        COOLING,
        DRAFTS,
        ONE,
        Wait(NOW + timedelta(seconds=5), "cooldown"),
    ),
    ("a human, and closed doors", HUMAN, CLOSED_NOW, ONE, Skip((ONE,), "owner_human")),
    ("an opt-out, and closed doors", OUT, CLOSED_NOW, ONE, Skip((ONE,), "opted_out")),
    ("a human, and an opt-out", {**HUMAN, **OUT}, {}, ONE, Skip((ONE,), "owner_human")),
    ("closed, and opted out", {**CLOSED, **OUT}, STAYS_CLOSED, ONE, Skip((ONE,), "closed")),
    ("reopened, and opted out", {**CLOSED, **OUT}, {}, ONE, Skip((ONE,), "opted_out")),
    ("reopened, and closed doors", CLOSED, CLOSED_NOW, ONE, Wait(OPENS_AT, AWAY)),
    ("cooldown, and closed doors", COOLING, CLOSED_NOW, ONE, Wait(OPENS_AT, AWAY)),
    ("an early end, and closed doors", {}, {**EARLY, **CLOSED_NOW}, QUESTION, Wait(OPENS_AT, AWAY)),
    (
        "an early end, and cooldown",
        COOLING,
        EARLY,
        QUESTION,
        Wait(NOW + timedelta(seconds=5), "cooldown"),
    ),
    (
        "an opt-out, and a closed window",
        {**OUT, "last_inbound_at": NOW - timedelta(days=2)},
        {},
        ONE,
        Skip((ONE,), "opted_out"),
    ),
]


@pytest.mark.parametrize(
    ("rule", "thread", "settings", "message", "step"), RULES, ids=[r[0] for r in RULES]
)
def test_the_next_step(
    rule: str,
    thread: dict[str, Any],
    settings: dict[str, Any],
    message: Message,
    step: object,
) -> None:
    assert next_step(_thread(**thread), [message], OperatingSettings(**settings), NOW) == step


@pytest.mark.parametrize("settings", [{}, CLOSED_NOW])
def test_an_account_that_may_not_send_waits_whatever_the_hour(settings: dict[str, Any]) -> None:
    step = next_step(_thread(), [ONE], OperatingSettings(**settings), NOW, account_ready=False)
    assert step == Wait(hourly("1_2", NOW), ACCOUNT)


def test_a_human_is_stronger_than_an_account_that_may_not_send() -> None:
    step = next_step(_thread(**HUMAN), [ONE], OperatingSettings(), NOW, account_ready=False)
    assert step == Skip((ONE,), "owner_human")
