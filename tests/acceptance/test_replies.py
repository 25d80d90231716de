"""The acceptance cases of replying: one each, bursts as one, the cooldown, and the pace."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from tests.world import World


def _sent(world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.http.get(f"{world.stack.instagram_url}/_sim/sent").json()
    return found


def test_one_mid_gets_one_reply_however_often_it_is_delivered(world: World) -> None:
    world.dm("alice", "hello", mid="m1")
    for _ in range(3):
        world.deliver_webhooks()
        world.stack.instagram.webhooks.redeliver()
    world.settle()
    world.stack.instagram.webhooks.redeliver()
    world.settle()
    assert len(world.sent_to("alice")) == 1


def test_a_burst_within_four_seconds_is_one_turn(world: World) -> None:
    for text in ("first part", "second part", "third part"):
        world.dm("alice", text)
        world.deliver_webhooks()
        world.advance(1.9)
    world.settle()
    assert len(world.sent_to("alice")) == 1
    assert len(world.model_requests()) == 1


def test_between_two_turns_lies_the_cooldown(world: World) -> None:
    world.configure(cooldown_seconds=60, disclosure="")
    world.dm("alice", "first")
    world.settle(within_seconds=20)
    world.dm("alice", "second")
    world.settle()
    first, second = (datetime.fromisoformat(item["at"]) for item in _sent(world))
    assert second - first >= timedelta(seconds=60)


def test_many_replies_keep_the_pace_and_a_throttled_one_comes_later(world: World) -> None:
    people = [f"person{n}" for n in range(12)]
    world.instagram_does({"code": 4, "status": 429})
    for person in people:
        world.dm(person, "hello")
    world.settle(within_seconds=3600)
    assert sorted(item["to_name"] for item in _sent(world)) == sorted(people)
    instants = sorted(datetime.fromisoformat(item["at"]) for item in _sent(world))
    fifth_after = zip(instants, instants[5:], strict=False)
    assert all(later - first >= timedelta(seconds=1) for first, later in fifth_after)
    assert all(first <= later for first, later in pairwise(instants))
