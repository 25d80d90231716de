"""What Instagram answers decides what happens to the item, the thread and the account."""

from datetime import datetime, timedelta
from threading import Thread
from typing import Any

import pytest

from services import bootstrap
from services.domain.text import Text
from tests.delivery.conftest import Queue, deliver, item
from tests.world import ACCOUNT, World


def _account(world: World) -> dict[str, Any]:
    return world.store.document(f"accounts/{ACCOUNT}").get().to_dict() or {}


def _alerts(world: World) -> list[str]:
    return [alert["reason"] for alert in world.documents("manager_alerts")]


def test_quick_tries_are_tasks_one_two_and_four_seconds_later(world: World, queue: Queue) -> None:
    (one,) = queue("alice", "one")
    began = world.clock.now()
    tries = []
    world.stack.configure(INSTAGRAM_API_BASE_URL="http://127.0.0.1:9/v26.0")
    deliver(world, "alice")
    for _ in range(4):
        tries.append((item(world, "alice", one)["next_attempt_at"] - began).total_seconds())
        world.next_task_at()
        began = world.clock.now()
        world.run_tasks()
    assert tries == [1, 2, 4, 30]
    assert item(world, "alice", one)["attempts"] == 5


def test_a_human_who_steps_in_between_two_tries_ends_them(world: World, queue: Queue) -> None:
    (one,) = queue("alice", "one")
    world.stack.configure(INSTAGRAM_API_BASE_URL="http://127.0.0.1:9/v26.0")
    deliver(world, "alice")
    world.stack.configure()
    assert item(world, "alice", one)["attempts"] == 1
    world.advance(0.5)
    world.owner_types("alice", "I am here")
    world.settle()
    assert world.sent_to("alice") == []
    assert item(world, "alice", one)["status"] == "cancelled"


def test_throttling_parks_the_whole_account_and_costs_no_attempt(
    world: World, queue: Queue
) -> None:
    (one,) = queue("alice", "one")
    queue("bob", "two")
    world.instagram_does({"code": 613, "regain_minutes": 7})
    deliver(world, "alice")
    deliver(world, "bob")
    assert world.sent_to("bob") == []
    assert item(world, "alice", one)["attempts"] == 0
    world.advance(7 * 60 - 1)
    world.run_tasks()
    assert world.sent_to("alice") + world.sent_to("bob") == []
    world.advance(2)
    world.settle()
    assert (world.sent_to("alice"), world.sent_to("bob")) == (["one"], ["two"])


def test_usage_near_the_limit_slows_the_account_before_meta_does(
    world: World, queue: Queue
) -> None:
    world.http.post(f"{world.stack.instagram_url}/_sim/limits", json={"usage_percent": 85})
    queue("alice", "one")
    deliver(world, "alice")
    world.advance(6)
    queue("alice", "two", "three")
    deliver(world, "alice")
    world.settle()
    two, three = (m["slot_at"] for m in world.messages("alice", "outgoing")[1:])
    assert three - two >= timedelta(seconds=4 / 3) - timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        ({"code": 190, "subcode": 460}, "reauthorise"),
        ({"code": 368}, "blocked"),
        ({"code": 200, "subcode": 2534041}, "disconnected"),
    ],
)
def test_an_account_that_cannot_send_waits_for_a_person_and_loses_nothing(
    world: World, queue: Queue, fault: dict[str, Any], state: str
) -> None:
    (one,) = queue("alice", "one")
    world.instagram_does(fault)
    deliver(world, "alice")
    assert _account(world)["state"] == state
    assert _alerts(world) == [f"account_{state}"]
    assert item(world, "alice", one)["status"] == "queued"
    world.advance(3600)
    world.settle(within_seconds=10)
    assert world.sent_to("alice") == []
    bootstrap.services("deliver").accounts.resume(ACCOUNT, "trace")
    world.advance(6)
    world.settle()
    assert world.sent_to("alice") == ["one"]


def test_a_message_for_nobody_fails_with_a_reason_and_the_next_one_goes(
    world: World, queue: Queue
) -> None:
    one, _ = queue("alice", "one", "two")
    world.instagram_does({"code": 551, "subcode": 1545041})
    deliver(world, "alice")
    world.settle()
    reason = Text.of(item(world, "alice", one)["error"])
    assert str(reason) == "The person cannot be written to now (error 551/1545041)."
    assert world.sent_to("alice") == ["two"]


def test_where_another_app_answers_the_bot_steps_back_and_the_team_is_told(
    world: World, queue: Queue
) -> None:
    queue("alice", "one", "two")
    world.instagram_does({"code": 100, "subcode": 2534037})
    deliver(world, "alice")
    world.settle()
    assert world.sent_to("alice") == []
    assert world.conversation("alice")["owner"] == "waiting"
    assert world.conversation("alice")["owner_reason"] == "routing_conflict"
    assert _alerts(world) == ["routing_conflict"]
    assert world.statuses("alice", "outgoing") == ["failed", "cancelled"]


def test_a_file_that_instagram_cannot_fetch_goes_as_its_address(world: World, queue: Queue) -> None:
    attachment = {"type": "image", "url": "https://example.com/menu.png"}
    queue("alice", "", kind="attachment", attachments=[attachment])
    world.instagram_does({"code": 100, "subcode": 2018008})
    deliver(world, "alice")
    world.settle()
    assert world.sent_to("alice") == ["https://example.com/menu.png"]


def test_a_reply_to_a_message_that_is_gone_goes_without_the_reference(
    world: World, queue: Queue
) -> None:
    queue("alice", "yes", reply_to_mid="aWdfZAG1fgone")
    deliver(world, "alice")
    world.settle()
    assert world.sent_to("alice") == ["yes"]


def test_attachments_replies_quick_replies_and_reactions_are_sent_as_such(
    world: World, queue: Queue
) -> None:
    queue("alice", "look", quick_replies=[{"title": "Yes", "payload": "YES"}])
    mid = world.messages("alice", "inbound")[0]["mid"]
    queue("alice", "❤️", kind="reaction", reaction="❤️", target_mid=mid)
    queue("alice", "", kind="attachment", attachments=[{"type": "image", "url": "https://x.io/a"}])
    queue("alice", "this one", reply_to_mid=mid)
    deliver(world, "alice")
    world.settle()
    sent = world.http.get(f"{world.stack.instagram_url}/_sim/sent").json()
    actions = world.http.get(f"{world.stack.instagram_url}/_sim/actions").json()
    assert [bool(s.get("attachments")) for s in sent] == [False, True, False]
    assert [a["reaction"] for a in actions] == ["❤️"]
    assert world.statuses("alice", "outgoing") == ["sent"] * 4


def test_typing_and_seen_never_fail_a_reply(world: World, queue: Queue) -> None:
    world.configure(show_seen=True, bubble_delay_seconds=1)
    queue("alice", "one", "two")
    world.instagram_does({"on": "action", "code": 10, "times": 5})
    deliver(world, "alice")
    world.settle()
    assert world.sent_to("alice") == ["one", "two"]


def test_a_slow_seen_sign_does_not_let_the_call_outlive_its_hold(
    world: World, queue: Queue
) -> None:
    world.configure(show_seen=True)
    queue("alice", "one")
    world.instagram_does({"on": "action", "hold": "seen"})
    gates = world.stack.instagram.core.gates
    body = {"thread_id": world.thread("alice"), "trace_id": "t"}
    caller = Thread(target=world.call_task, args=("deliver", body))
    caller.start()
    assert gates.wait_for("seen")
    world.advance(16)
    gates.release("seen")
    caller.join(30)
    assert world.sent_to("alice") == []
    world.settle()
    assert world.sent_to("alice") == ["one"]


def test_at_the_brink_the_account_rests_before_it_is_told_to(world: World, queue: Queue) -> None:
    world.http.post(f"{world.stack.instagram_url}/_sim/limits", json={"usage_percent": 96})
    queue("alice", "one", "two")
    deliver(world, "alice")
    world.settle(within_seconds=59)
    assert world.sent_to("alice") == ["one"]
    world.settle(within_seconds=62)
    assert world.sent_to("alice") == ["one", "two"]


class _SlowClock:
    """A clock by which every step takes eight seconds, as with a store that hardly answers."""

    def __init__(self, world: World) -> None:
        self._world, self._asked = world, 0

    def now(self) -> datetime:
        """Later each time."""
        self._asked += 1
        return self._world.clock.now() + timedelta(seconds=8 * self._asked)

    def pause(self, _seconds: float) -> None:
        """Nobody waits."""


def test_a_sender_whose_hold_may_end_during_the_call_does_not_call(
    world: World, queue: Queue
) -> None:
    (one,) = queue("alice", "one")
    world.stack.configure(_SlowClock(world))
    body = {"thread_id": world.thread("alice"), "trace_id": "t"}
    world.call_task("deliver", {**body, "item": one})
    world.stack.configure()
    assert world.sent_to("alice") == []
    assert item(world, "alice", one)["status"] in ("queued", "unconfirmed")
