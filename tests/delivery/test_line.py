"""A line goes out in order, paced, and every slot is used at most once."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from services import bootstrap
from tests.delivery.conftest import Queue, deliver, item
from tests.world import ACCOUNT, World


def _slots(world: World, *people: str) -> list[datetime]:
    found = [m["slot_at"] for p in people for m in world.messages(p, "outgoing")]
    return sorted(found)


def test_a_line_goes_out_in_order(world: World, queue: Queue) -> None:
    queue("alice", "one", "two", "three")
    deliver(world, "alice")
    world.settle()
    assert world.sent_to("alice") == ["one", "two", "three"]
    assert world.statuses("alice", "outgoing") == ["sent"] * 3
    assert world.conversation("alice")["outbox"] == []


def test_slots_lie_a_third_of_a_second_apart(world: World, queue: Queue) -> None:
    queue("alice", *"abcdef")
    deliver(world, "alice")
    world.settle()
    gaps = [b - a for a, b in pairwise(_slots(world, "alice"))]
    assert gaps
    assert all(gap >= timedelta(milliseconds=333) for gap in gaps)


def test_several_senders_at_once_keep_the_account_s_rate(world: World, queue: Queue) -> None:
    people = [f"person{n}" for n in range(12)]
    for person in people:
        queue(person, "one", "two")
    _deliver_all(world, people)
    for _ in range(40):
        world.advance(0.2)
        world.run_tasks(parallel=True)
        world.deliver_webhooks()
    slots = _slots(world, *people)
    assert len(set(slots)) == 24
    assert all(b - a >= timedelta(milliseconds=333) for a, b in pairwise(slots))
    assert all(world.sent_to(person) == ["one", "two"] for person in people)


def _deliver_all(world: World, people: list[str]) -> None:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 (only here)

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda person: deliver(world, person), people))


def test_a_task_that_comes_twice_does_not_use_its_slot_twice(world: World, queue: Queue) -> None:
    queue("alice", "one", "two")
    slot = world.clock.now()
    body: dict[str, Any] = {"thread_id": world.thread("alice"), "trace_id": "t"}
    for _ in range(2):
        world.call_task("deliver", {**body, "slot": slot.isoformat()})
    world.settle()
    assert world.sent_to("alice") == ["one", "two"]
    assert len(set(_slots(world, "alice"))) == 2


def test_a_slot_that_comes_late_is_forfeited(world: World, queue: Queue) -> None:
    (first,) = queue("alice", "one")
    slot = world.clock.now() - timedelta(seconds=1)
    body = {"thread_id": world.thread("alice"), "trace_id": "t", "slot": slot.isoformat()}
    world.call_task("deliver", body)
    assert item(world, "alice", first)["slot_at"] == world.clock.now()


def test_a_higher_rate_is_the_setting_s_to_choose(world: World, queue: Queue) -> None:
    world.configure(messages_per_second=50)
    queue("alice", *"abcdefghij")
    deliver(world, "alice")
    world.settle(within_seconds=1)
    assert len(world.sent_to("alice")) == 10


def test_a_lease_costs_two_round_trips_once_a_block(world: World, queue: Queue) -> None:
    queue("alice", "one")
    world.clear_counts()
    deliver(world, "alice")
    cold = world.counts()["deliver"]["round_trips"]
    queue("bob", "one")
    world.advance(0.34)
    world.clear_counts()
    deliver(world, "bob")
    assert (cold, world.counts()["deliver"]["round_trips"]) == (1 + 2 + 5, 5)


def test_nothing_queued_before_the_owner_changed_is_sent(world: World, queue: Queue) -> None:
    queue("alice", "stale")
    world.owner_types("alice", "I am here")
    world.deliver_webhooks()
    deliver(world, "alice")
    assert world.sent_to("alice") == []
    assert "cancelled" in world.statuses("alice", "outgoing")


def test_nothing_is_sent_to_somebody_who_opted_out(world: World, queue: Queue) -> None:
    queue("alice", "news")
    now = int(world.clock.now().timestamp() * 1000)
    path = f"conversations/{world.thread('alice')}"
    world.store.document(path).update({"opted_out_at": now})
    deliver(world, "alice")
    assert world.sent_to("alice") == []
    assert world.statuses("alice", "outgoing") == ["cancelled"]


def test_nothing_is_sent_when_the_window_has_closed(world: World, queue: Queue) -> None:
    (late,) = queue("alice", "too late")
    world.advance(24 * 3600 + 1)
    deliver(world, "alice")
    assert world.sent_to("alice") == []
    assert item(world, "alice", late)["error"] == "24 h since the person's last message are over"


def test_a_paused_account_sends_nothing_until_it_is_resumed(world: World, queue: Queue) -> None:
    queue("alice", "one")
    account = world.store.document(f"accounts/{ACCOUNT}")
    account.set({"state": "paused"}, merge=True)
    deliver(world, "alice")
    assert world.sent_to("alice") == []
    assert world.conversation("alice")["held_for"] == ACCOUNT
    bootstrap.services("deliver").accounts.resume(ACCOUNT, "trace")
    world.advance(6)
    world.settle()
    assert world.sent_to("alice") == ["one"]


def test_a_paused_accounts_line_is_looked_at_once_an_hour(world: World, queue: Queue) -> None:
    queue("alice", "one")
    world.store.document(f"accounts/{ACCOUNT}").set({"state": "paused"}, merge=True)
    for _ in range(3):
        deliver(world, "alice")
        world.advance(1)
    assert len(world.stack.tasks.list_tasks()) == 1


def test_a_pause_between_bubbles_is_a_task_and_shows_typing(world: World, queue: Queue) -> None:
    world.configure(bubble_delay_seconds=4)
    queue("alice", "one", "two")
    deliver(world, "alice")
    assert world.sent_to("alice") == ["one"]
    actions = world.http.get(f"{world.stack.instagram_url}/_sim/actions").json()
    assert [action["action"] for action in actions] == ["typing_on"]
    world.advance(3)
    world.run_tasks()
    assert world.sent_to("alice") == ["one"]
    world.settle()
    assert world.sent_to("alice") == ["one", "two"]


def test_a_resumed_account_answers_at_once_what_came_during_the_pause(world: World) -> None:
    accounts = bootstrap.services("deliver").accounts
    accounts.pause(ACCOUNT)
    world.dm("alice", "hello?")
    world.settle(120)
    assert world.statuses("alice") == ["pending"]
    accounts.resume(ACCOUNT, "trace")
    world.settle(60)
    assert world.statuses("alice") == ["processed"]
    assert len(world.sent_to("alice")) == 1


def test_a_turn_that_has_not_heard_of_the_resumption_does_not_wait_an_hour(world: World) -> None:
    services = bootstrap.services("process_thread")
    services.accounts.pause(ACCOUNT)
    world.dm("alice", "hello?")
    world.deliver_webhooks()
    world.next_task_at()
    world.advance(10)
    services.live_settings.forget()
    assert not services.live_settings.account(ACCOUNT).account.may_send
    services.accounts.resume(ACCOUNT, "trace")
    world.settle(60)
    assert world.statuses("alice") == ["processed"]
