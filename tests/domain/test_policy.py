"""What a turn does next, one row a rule."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.domain.conversation import ClaimRecord, Conversation
from services.domain.message import Message
from services.domain.operation import OperatingSettings
from services.domain.policy import Busy, Claim, Nothing, Skip, Wait, next_step
from services.domain.states import ConversationStatus, Direction, Owner, Role, Status

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
SETTINGS = OperatingSettings()


def _ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def _in(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def _message(received: float = 60, name: str = "m", **more: Any) -> Message:
    fields: dict[str, Any] = {
        "id": name,
        "thread_id": "1_2",
        "direction": Direction.INBOUND,
        "role": Role.USER,
        "kind": "text",
        "status": Status.PENDING,
        "text": "hi",
        "created_at": _ago(received),
        "received_at": _ago(received),
    }
    return Message(**(fields | more))


def _thread(**more: Any) -> Conversation:
    fields: dict[str, Any] = {"last_inbound_at": _ago(60)}
    return Conversation(thread_id="1_2", account_id="1", igsid="2", **(fields | more))


def _claim(expires_in: float) -> ClaimRecord:
    return ClaimRecord(id="c", expires_at=_in(expires_in), mids=("m",), owner_epoch=0, seq=1)


ONE = _message()

RULES: list[tuple[str, Conversation, list[Message], object]] = [
    ("nothing waits", _thread(), [], Nothing()),
    ("a live claim stands", _thread(claim=_claim(1)), [ONE], Busy("c", _in(1))),
    ("an expired claim is taken over", _thread(claim=_claim(0)), [ONE], Claim((ONE,))),
    ("quiet for long enough", _thread(), [_message(4)], Claim((_message(4),))),
    ("not quiet yet", _thread(), [_message(3)], Wait(_in(1), "debounce")),
    (
        "the newest message counts for quiet",
        _thread(),
        [_message(20), _message(1)],
        Wait(_in(3), "debounce"),
    ),
    (
        "the cap ends the debounce",
        _thread(),
        [_message(30), _message(0)],
        Claim((_message(30), _message(0))),
    ),
    ("cooldown", _thread(cooldown_until=_in(5)), [ONE], Wait(_in(5), "cooldown")),
    ("cooldown is over", _thread(cooldown_until=NOW), [ONE], Claim((ONE,))),
    (
        "the later of cooldown and debounce counts",
        _thread(cooldown_until=_in(2)),
        [_message(1)],
        Wait(_in(3), "debounce"),
    ),
    (
        "a retry is not debounced again",
        _thread(),
        [_message(1, attempts=1)],
        Claim((_message(1, attempts=1),)),
    ),
    (
        "a human owns it",
        _thread(owner=Owner.HUMAN, owner_until=_in(1)),
        [ONE],
        Skip((ONE,), "owner_human"),
    ),
    (
        "a human without an end owns it",
        _thread(owner=Owner.HUMAN),
        [ONE],
        Skip((ONE,), "owner_human"),
    ),
    (
        "the human's time is over, the message is from within it",
        _thread(owner=Owner.HUMAN, owner_until=_ago(10)),
        [_message(60)],
        Skip((_message(60),), "before_boundary"),
    ),
    (
        "the human's time is over, the message came after",
        _thread(owner=Owner.HUMAN, owner_until=_ago(70)),
        [ONE],
        Claim((ONE,)),
    ),
    ("waiting for a human", _thread(owner=Owner.WAITING), [ONE], Skip((ONE,), "owner_waiting")),
    (
        "closed, and a new message reopens",
        _thread(status=ConversationStatus.CLOSED, closed_at=_ago(61)),
        [ONE],
        Claim((ONE,)),
    ),
    (
        "closed after the message",
        _thread(status=ConversationStatus.CLOSED, closed_at=_ago(60)),
        [ONE],
        Skip((ONE,), "closed"),
    ),
    (
        "the window is closed",
        _thread(last_inbound_at=_ago(24 * 3600)),
        [ONE],
        Skip((ONE,), "window_closed"),
    ),
    (
        "stored before the boundary",
        _thread(boundary_at=_ago(60)),
        [ONE],
        Skip((ONE,), "before_boundary"),
    ),
    ("stored after the boundary", _thread(boundary_at=_ago(61)), [ONE], Claim((ONE,))),
    (
        "only the old ones are skipped",
        _thread(boundary_at=_ago(61)),
        [_message(90, "old"), ONE],
        Skip((_message(90, "old"),), "before_boundary"),
    ),
    (
        "tried too often",
        _thread(),
        [_message(60, "p", attempts=5), ONE],
        Claim((ONE,), (_message(60, "p", attempts=5),)),
    ),
    (
        "a live claim is stronger than a human",
        _thread(claim=_claim(1), owner=Owner.HUMAN),
        [ONE],
        Busy("c", _in(1)),
    ),
    (
        "a human is stronger than cooldown",
        _thread(owner=Owner.HUMAN, cooldown_until=_in(5)),
        [ONE],
        Skip((ONE,), "owner_human"),
    ),
]


@pytest.mark.parametrize(("rule", "thread", "pending", "step"), RULES, ids=[r[0] for r in RULES])
def test_the_next_step(
    rule: str, thread: Conversation, pending: list[Message], step: object
) -> None:
    assert next_step(thread, pending, SETTINGS, NOW) == step
