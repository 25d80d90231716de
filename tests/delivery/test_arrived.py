"""However it becomes known that a bubble arrived, the same is written about it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Thread

import pytest

from emulators.instagram.people import igsid_of
from services import bootstrap
from services.domain.instants import to_ms
from services.outbox.manual import Writer
from tests.delivery.conftest import Queue, deliver, item
from tests.world import ACCOUNT, World

COOLDOWN = timedelta(hours=1)  # longer than any of this lasts
UNANSWERED = {"apply": True, "status": 500, "echo": "never"}
NO_HISTORY = {"on": "conversation", "status": 500, "times": 9}

Way = Callable[[World], None]


def _mid(world: World) -> str:
    return str(world.http.get(f"{world.stack.instagram_url}/_sim/sent").json()[-1]["mid"])


def _webhook(world: World, **words: object) -> None:
    event = {"timestamp": to_ms(world.clock.now()), **words}
    body = {"object": "instagram", "entry": [{"id": ACCOUNT, "time": 1, "messaging": [event]}]}
    assert world.post_webhook(body).status_code == 200


def _read(world: World) -> None:
    """The person's receipt of what was sent last."""
    parties = {"sender": {"id": igsid_of("alice")}, "recipient": {"id": ACCOUNT}}
    _webhook(world, **parties, read={"mid": _mid(world)})


def _echo(world: World, mid: str, sent_at: datetime) -> None:
    """The echo of the bubble, which says when it was sent."""
    parties = {"sender": {"id": ACCOUNT}, "recipient": {"id": igsid_of("alice")}}
    message = {"mid": mid, "text": "one", "is_echo": True}
    _webhook(world, **parties, message=message, timestamp=to_ms(sent_at))


def _by_its_echo(world: World) -> None:
    world.instagram_does(UNANSWERED)
    deliver(world, "alice")
    _read(world)
    _echo(world, _mid(world), world.clock.now())


def _by_reading_back(world: World) -> None:
    world.instagram_does(UNANSWERED)
    deliver(world, "alice")
    _read(world)
    world.settle(within_seconds=20)


def _by_the_echo_of_a_sender_that_vanished(world: World) -> None:
    _vanish(world)
    _read(world)
    _echo(world, _mid(world), world.clock.now())
    world.advance(31)
    deliver(world, "alice")


def _by_its_echo_after_it_was_given_up(world: World) -> None:
    sent_at = _give_up(world)
    _read(world)
    _echo(world, _mid(world), sent_at)


def _by_its_echo_while_the_next_one_was_sent(world: World) -> None:
    sent_at = _give_up(world)
    _read(world)
    mid = _mid(world)
    _queue_another(world)
    world.instagram_does({"hold": "sending"})
    caller = Thread(target=deliver, args=(world, "alice"))
    caller.start()
    assert world.stack.instagram.core.gates.wait_for("sending")
    _echo(world, mid, sent_at)
    world.stack.instagram.core.gates.release("sending")
    caller.join(30)
    assert item(world, "alice", "two")["status"] == "sent"


def _by_a_person(world: World) -> None:
    _give_up(world)
    _say_that_it_arrived(world, "item0")


def _give_up(world: World) -> datetime:
    """Nobody could say whether the bubble arrived; when it was sent."""
    sent_at = world.clock.now()
    world.instagram_does(UNANSWERED, NO_HISTORY)
    deliver(world, "alice")
    world.settle(within_seconds=200)
    assert item(world, "alice", "item0")["unsettled"] is True
    assert world.conversation("alice")["send_failed_at"]
    return sent_at


def _vanish(world: World) -> None:
    """The sender's instance can reach the store no more."""
    world.instagram_does({**UNANSWERED, "hold": "sending"})
    body = {"thread_id": world.thread("alice"), "trace_id": "t"}
    caller = Thread(target=world.call_task, args=("deliver", body))
    caller.start()
    assert world.stack.instagram.core.gates.wait_for("sending")
    lost = {"rpc": "Commit", "code": "UNAVAILABLE", "times": 50, "caller": "deliver"}
    world.stack.firestore.faults.add(lost)
    world.stack.instagram.core.gates.release("sending")
    caller.join(30)
    world.stack.firestore.faults.clear()


def _queue_another(world: World) -> None:
    path = f"conversations/{world.thread('alice')}"
    stored = world.store.document(f"{path}/messages/item0").get().to_dict() or {}
    fresh = {"text": "two", "status": "queued", "unsettled": None, "awaits_echo": None}
    world.store.document(f"{path}/messages/two").set({**stored, **fresh, "last_of_turn": False})
    world.store.document(path).update({"outbox": ["two"]})


def _say_that_it_arrived(world: World, item_id: str) -> None:
    manual = bootstrap.services("back_office").manual
    manual.arrived(world.thread("alice"), item_id, Writer("op1", "Ola"))


INSTAGRAM_SAYS = [
    _by_its_echo,
    _by_reading_back,
    _by_the_echo_of_a_sender_that_vanished,
    _by_its_echo_after_it_was_given_up,
    _by_its_echo_while_the_next_one_was_sent,
]


@pytest.mark.parametrize("way", INSTAGRAM_SAYS)
def test_a_receipt_that_came_first_is_not_forgotten(world: World, queue: Queue, way: Way) -> None:
    queue("alice", "one")
    way(world)
    stored = item(world, "alice", "item0")
    assert stored["mid"]
    assert (stored["status"], stored["read_at"]) == ("read", stored["sent_at"])


@pytest.mark.parametrize("way", [*INSTAGRAM_SAYS, _by_a_person])
def test_the_last_bubble_of_a_turn_begins_the_cooldown(
    world: World, queue: Queue, way: Way
) -> None:
    world.configure(cooldown_seconds=COOLDOWN.total_seconds())
    queue("alice", "one", last_of_turn=True)
    way(world)
    sent_at = item(world, "alice", "item0")["sent_at"]
    assert world.conversation("alice")["cooldown_until"] == sent_at + COOLDOWN


@pytest.mark.parametrize("way", [_by_its_echo_after_it_was_given_up, _by_a_person])
def test_what_arrived_after_all_is_no_failed_send(world: World, queue: Queue, way: Way) -> None:
    queue("alice", "one")
    way(world)
    assert world.conversation("alice")["send_failed_at"] is None


def test_a_later_send_that_failed_stays_marked(world: World, queue: Queue) -> None:
    queue("alice", "one")
    _give_up(world)
    world.advance(1)
    queue("alice", "two")
    world.instagram_does({"code": 551, "subcode": 1545041})
    deliver(world, "alice")
    marked = world.conversation("alice")["send_failed_at"]
    _say_that_it_arrived(world, "item0")
    assert world.conversation("alice")["send_failed_at"] == marked


def test_what_was_read_is_not_unread_by_its_late_echo(world: World, queue: Queue) -> None:
    queue("alice", "one")
    sent_at = _give_up(world)
    mid = _mid(world)
    _say_that_it_arrived(world, "item0")
    queue("alice", "two")
    deliver(world, "alice")
    _read(world)
    assert item(world, "alice", "item0")["status"] == "read"
    _echo(world, mid, sent_at)
    stored = item(world, "alice", "item0")
    assert (stored["status"], stored["mid"]) == ("read", mid)
