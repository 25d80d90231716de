"""A send that may have arrived is settled, and never blindly repeated."""

from threading import Thread
from typing import Any

import pytest

from services import bootstrap
from services.errors import Rejected
from services.outbox.manual import Manual, Writer
from tests.delivery.conftest import Queue, deliver, item
from tests.world import World

OPERATOR = Writer("op1", "Ola")

LOST_AFTER = [
    {"apply": True, "status": 500},
    {"apply": True, "drop": True},
    {"apply": True, "code": 1, "subcode": 1357046},
    {"apply": True, "code": 2},
]


def _manual(world: World) -> Manual:
    return bootstrap.services("back_office").manual


@pytest.mark.parametrize("fault", LOST_AFTER)
def test_an_echo_settles_it(world: World, queue: Queue, fault: dict[str, Any]) -> None:
    one, _ = queue("alice", "one", "two")
    world.instagram_does(fault)
    deliver(world, "alice")
    assert item(world, "alice", one)["status"] == "unconfirmed"
    world.settle(within_seconds=10)
    assert world.sent_to("alice") == ["one", "two"]
    assert world.statuses("alice", "outgoing") == ["sent", "sent"]
    assert "owner" not in world.conversation("alice")


@pytest.mark.parametrize("fault", LOST_AFTER)
def test_without_an_echo_instagram_is_asked(
    world: World, queue: Queue, fault: dict[str, Any]
) -> None:
    one, _ = queue("alice", "one", "two")
    world.instagram_does({**fault, "echo": "never"})
    deliver(world, "alice")
    world.settle(within_seconds=14)
    assert world.sent_to("alice") == ["one"]
    world.settle(within_seconds=20)
    assert item(world, "alice", one)["mid"]
    assert world.sent_to("alice") == ["one", "two"]


def test_what_never_arrived_goes_to_a_person_after_three_minutes(
    world: World, queue: Queue
) -> None:
    one, _ = queue("alice", "one", "two")
    world.instagram_does({"drop": True})
    deliver(world, "alice")
    world.settle(within_seconds=170)
    assert world.sent_to("alice") == []
    world.settle(within_seconds=30)
    assert world.sent_to("alice") == ["two"]
    stored = item(world, "alice", one)
    assert (stored["status"], stored["unsettled"]) == ("failed", True)


def test_a_person_may_send_it_again(world: World, queue: Queue) -> None:
    (one,) = queue("alice", "one")
    world.instagram_does({"drop": True})
    deliver(world, "alice")
    world.settle(within_seconds=200)
    _manual(world).resend(world.thread("alice"), one, OPERATOR)
    world.settle()
    assert world.sent_to("alice") == ["one"]
    assert item(world, "alice", one)["resent_as"]


def test_sending_it_again_twice_sends_it_once(world: World, queue: Queue) -> None:
    (one,) = queue("alice", "one")
    world.instagram_does({"drop": True})
    deliver(world, "alice")
    world.settle(within_seconds=200)
    first = _manual(world).resend(world.thread("alice"), one, OPERATOR)
    assert _manual(world).resend(world.thread("alice"), one, OPERATOR) == first
    world.settle()
    assert world.sent_to("alice") == ["one"]


def test_a_link_whose_token_is_not_kept_is_not_sent_again(world: World, queue: Queue) -> None:
    text = "Connect: https://moca.example/verify?token=" + "0123456789abcdef" * 4
    (link,) = queue("alice", text, kind="verification", role="system")
    world.instagram_does({"code": 100, "subcode": 2018001})
    deliver(world, "alice")
    assert item(world, "alice", link)["status"] == "failed"
    with pytest.raises(Rejected, match="new link"):
        _manual(world).resend(world.thread("alice"), link, OPERATOR)


def test_a_person_may_say_that_it_arrived(world: World, queue: Queue) -> None:
    one, _ = queue("alice", "one", "two")
    world.instagram_does({"drop": True})
    deliver(world, "alice")
    _manual(world).arrived(world.thread("alice"), one, OPERATOR)
    world.settle(within_seconds=10)
    assert item(world, "alice", one)["status"] == "sent"
    assert world.sent_to("alice") == ["two"]


def test_what_is_still_being_settled_is_not_sent_again(world: World, queue: Queue) -> None:
    (one,) = queue("alice", "one")
    world.instagram_does({"drop": True})
    deliver(world, "alice")
    with pytest.raises(Rejected, match="unconfirmed"):
        _manual(world).resend(world.thread("alice"), one, OPERATOR)


def test_an_equal_text_sent_before_does_not_settle_it(world: World, queue: Queue) -> None:
    queue("alice", "ok")
    deliver(world, "alice")
    (second,) = queue("alice", "ok")
    world.advance(0.4)
    world.instagram_does({"drop": True})
    deliver(world, "alice")
    world.settle(within_seconds=170)
    assert item(world, "alice", second)["status"] == "unconfirmed"
    assert world.sent_to("alice") == ["ok"]


def test_the_same_words_typed_before_it_was_sent_are_a_humans(world: World, queue: Queue) -> None:
    (one,) = queue("alice", "one")
    world.owner_types("alice", "one")
    world.advance(10)
    world.instagram_does({"drop": True})
    deliver(world, "alice")
    world.deliver_webhooks()
    assert world.conversation("alice")["owner"] == "human"
    assert item(world, "alice", one)["status"] == "unconfirmed"


def test_a_sender_that_vanished_is_settled_too(world: World, queue: Queue) -> None:
    (one,) = queue("alice", "one")
    world.instagram_does({"apply": True, "echo": "never", "hold": "sending"})
    body = {"thread_id": world.thread("alice"), "trace_id": "t"}
    caller = Thread(target=world.call_task, args=("deliver", body))
    caller.start()
    assert world.stack.instagram.core.gates.wait_for("sending")
    lost = {"rpc": "Commit", "code": "UNAVAILABLE", "times": 50, "caller": "deliver"}
    world.stack.firestore.faults.add(lost)
    world.stack.instagram.core.gates.release("sending")
    caller.join(30)
    world.stack.firestore.faults.clear()
    world.advance(31)
    deliver(world, "alice")
    assert item(world, "alice", one)["status"] == "unconfirmed"
    world.settle(within_seconds=60)
    assert world.sent_to("alice") == ["one"]
    assert item(world, "alice", one)["status"] == "sent"
