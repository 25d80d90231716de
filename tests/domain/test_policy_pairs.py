"""Every pair of rules: which of the two decides where both apply."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest

from services.domain import schedule
from services.domain.conversation import ClaimRecord, Conversation
from services.domain.message import Message
from services.domain.operation import OperatingSettings
from services.domain.policy import (
    ACCOUNT,
    AWAY,
    BOT_OFF,
    Busy,
    Claim,
    Invite,
    Nothing,
    Skip,
    Wait,
    next_step,
)
from services.domain.states import ConversationStatus, Direction, Owner, Role, Status

#: A Monday, ten in the morning in Berlin.
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
OPENS_AT = datetime(2026, 11, 2, 13, 0, tzinfo=UTC)
SOON = NOW + timedelta(seconds=60)

Messages = tuple[Message, ...]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What makes a rule apply, and what it decides about these messages."""

    decides: Callable[[Messages], object]
    thread: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    quiet_for: float = 60
    ready: bool = True
    waits: bool = True  #: whether a message waits at all
    spent: bool = False  #: whether an older one was tried too often


def _skip(reason: str) -> Callable[[Messages], object]:
    return lambda messages: Skip(messages, reason)


def _wait(until: datetime, reason: str) -> Callable[[Messages], object]:
    return lambda _: Wait(until, reason)


def _claim(messages: Messages) -> object:
    return Claim(messages[-1:], messages[:-1])


CLAIM = ClaimRecord(id="c", expires_at=SOON, mids=("m",), owner_epoch=0, seq=1)
CLOSED = {"status": ConversationStatus.CLOSED, "closed_at": NOW}

RULES = {
    "claimed": Rule(thread={"claim": CLAIM}, decides=lambda _: Busy("c", SOON)),
    "nothing": Rule(waits=False, decides=lambda _: Nothing()),
    "human": Rule(thread={"owner": Owner.HUMAN}, decides=_skip("owner_human")),
    "waiting": Rule(thread={"owner": Owner.WAITING}, decides=_skip("owner_waiting")),
    "closed": Rule(thread=CLOSED, decides=_skip("closed")),
    "opted_out": Rule(thread={"opted_out_at": NOW}, decides=_skip("opted_out")),
    "off": Rule(settings={"bot": "off"}, decides=_skip(BOT_OFF)),
    "window": Rule(
        thread={"last_inbound_at": NOW - timedelta(days=1)}, decides=_skip("window_closed")
    ),
    "boundary": Rule(thread={"boundary_at": NOW}, decides=_skip("before_boundary")),
    "account": Rule(ready=False, decides=_wait(schedule.hourly("1_2", NOW), ACCOUNT)),
    "away": Rule(settings={"hours_weekly": "mo-fr 14:00-18:00"}, decides=_wait(OPENS_AT, AWAY)),
    "cooldown": Rule(thread={"cooldown_until": SOON}, decides=_wait(SOON, "cooldown")),
    "debounce": Rule(quiet_for=1, decides=_wait(NOW + timedelta(seconds=3), "debounce")),
    "not_connected": Rule(settings={"account_linking": True}, decides=Invite),
    "spent": Rule(spent=True, decides=_claim),
    "drafts": Rule(settings={"bot": "drafts"}, decides=_claim),
}

#: The rule that decides: the rules that it is stronger than.
STRONGER = {
    "claimed": "nothing human waiting closed opted_out off window boundary account away cooldown "
    "debounce not_connected spent drafts",
    "nothing": "human waiting closed opted_out off window boundary account away cooldown "
    "not_connected drafts",
    "human": "closed opted_out off window boundary account away cooldown debounce not_connected "
    "spent",
    "waiting": "closed opted_out off window boundary account away cooldown debounce not_connected "
    "spent",
    "closed": "opted_out off window boundary account away cooldown debounce not_connected spent "
    "drafts",
    "opted_out": "off window boundary account away cooldown debounce not_connected spent drafts",
    "off": "window boundary account away cooldown debounce not_connected spent",
    "window": "boundary account away cooldown debounce not_connected spent drafts",
    "boundary": "account away cooldown debounce not_connected spent drafts",
    "account": "away cooldown debounce not_connected spent drafts",
    "away": "cooldown debounce not_connected spent",
    "cooldown": "debounce not_connected spent drafts",
    "debounce": "not_connected spent drafts",
    "not_connected": "spent",
    "spent": "drafts",
    # A draft disturbs nobody.
    "drafts": "human waiting away not_connected",
}

CANNOT_MEET = {
    ("human", "waiting"): "a thread has one owner",
    ("off", "drafts"): "a bot has one mode",
    ("nothing", "debounce"): "quiet is asked of messages",
    ("nothing", "spent"): "a message that was tried too often is one that waits",
}

PAIRS = [(strong, weak) for strong, weaker in STRONGER.items() for weak in weaker.split()]


def test_every_pair_has_its_row() -> None:
    rows = [*PAIRS, *CANNOT_MEET]
    assert sorted(map(sorted, rows)) == sorted(map(sorted, combinations(RULES, 2)))


@pytest.mark.parametrize(("strong", "weak"), PAIRS)
def test_the_stronger_rule_decides(strong: str, weak: str) -> None:
    rules = RULES[strong], RULES[weak]
    messages = _messages(*rules)
    both: dict[str, Any] = {"last_inbound_at": NOW}
    settings: dict[str, Any] = {"reopen_on_message": False}
    for rule in rules:
        both |= rule.thread
        settings |= rule.settings
    thread = Conversation(thread_id="1_2", account_id="1", igsid="2", **both)
    ready = all(rule.ready for rule in rules)
    step = next_step(thread, messages, OperatingSettings(**settings), NOW, account_ready=ready)
    assert step == RULES[strong].decides(messages)


def _messages(*rules: Rule) -> Messages:
    if not all(rule.waits for rule in rules):
        return ()
    newest = _message(min(rule.quiet_for for rule in rules))
    spent = (_message(90, attempts=5),) if any(rule.spent for rule in rules) else ()
    return (*spent, newest)


def _message(ago: float, **more: Any) -> Message:
    at = NOW - timedelta(seconds=ago)
    return Message(
        id=f"m{ago}",
        thread_id="1_2",
        direction=Direction.INBOUND,
        role=Role.USER,
        kind="text",
        status=Status.PENDING,
        text="hi",
        created_at=at,
        received_at=at,
        **more,
    )
