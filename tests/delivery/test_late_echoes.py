"""An echo that comes after its bubble was given up is not a human's, whatever happens meanwhile."""

from datetime import datetime, timedelta
from threading import Thread

import pytest

from emulators.instagram.people import igsid_of
from services import bootstrap
from services.domain.instants import to_ms
from services.outbox.manual import Manual, Writer
from tests.delivery.conftest import Queue, deliver, item
from tests.world import ACCOUNT, World

OPERATOR = Writer("op1", "Ola")


def _manual() -> Manual:
    manual: Manual = bootstrap.services("back_office").manual
    return manual


def _given_up(world: World, queue: Queue, text: str) -> tuple[str, datetime]:
    """A bubble of which nobody could say whether it arrived, and when it was sent."""
    (item_id,) = queue("alice", text)
    sent_at = world.clock.now()
    world.instagram_does({"drop": True})
    deliver(world, "alice")
    world.settle(within_seconds=200)
    assert item(world, "alice", item_id)["unsettled"] is True
    return item_id, sent_at


def _echo(world: World, text: str, at: datetime, mid: str = "late-mid") -> None:
    message = {"mid": mid, "text": text, "is_echo": True}
    parties = {"sender": {"id": ACCOUNT}, "recipient": {"id": igsid_of("alice")}}
    event = {**parties, "timestamp": to_ms(at), "message": message}
    body = {"object": "instagram", "entry": [{"id": ACCOUNT, "time": 1, "messaging": [event]}]}
    assert world.post_webhook(body).status_code == 200


@pytest.mark.parametrize("next_text", ["two", "one"])
def test_it_is_recognised_while_the_next_bubble_is_on_its_way(
    world: World, queue: Queue, next_text: str
) -> None:
    lost, sent_at = _given_up(world, queue, "one")
    (following,) = queue("alice", next_text)
    world.instagram_does({"hold": "sending"})
    caller = Thread(target=deliver, args=(world, "alice"))
    caller.start()
    assert world.stack.instagram.core.gates.wait_for("sending")
    _echo(world, "one", sent_at)
    world.stack.instagram.core.gates.release("sending")
    caller.join(30)
    world.settle()
    assert world.conversation("alice").get("owner", "bot") == "bot"
    assert item(world, "alice", lost)["mid"] == "late-mid"
    assert item(world, "alice", following)["status"] == "sent"
    assert len(world.messages("alice", "outgoing")) == 2


def test_it_is_recognised_after_the_bubble_was_sent_again(world: World, queue: Queue) -> None:
    lost, sent_at = _given_up(world, queue, "one")
    _manual().resend(world.thread("alice"), lost, OPERATOR)
    world.settle()
    _echo(world, "one", sent_at)
    assert world.conversation("alice").get("owner", "bot") == "bot"
    assert item(world, "alice", lost)["status"] == "sent"


def test_it_is_recognised_after_a_person_said_that_it_arrived(world: World, queue: Queue) -> None:
    lost, sent_at = _given_up(world, queue, "one")
    _manual().arrived(world.thread("alice"), lost, OPERATOR)
    _echo(world, "one", sent_at)
    assert world.conversation("alice").get("owner", "bot") == "bot"
    assert item(world, "alice", lost)["mid"] == "late-mid"


def test_the_same_words_typed_an_hour_later_are_a_humans(world: World, queue: Queue) -> None:
    _, sent_at = _given_up(world, queue, "one")
    world.advance(3600)
    _echo(world, "one", sent_at + timedelta(hours=1))
    assert world.conversation("alice")["owner"] == "human"
