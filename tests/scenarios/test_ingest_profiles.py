"""Who a person is: asked for once a day, off the webhook's path, and never in the way."""

from typing import Any

import pytest

from emulators.instagram.people import igsid_of
from tests.world import World


def _person(world: World, **said: Any) -> None:
    url = f"{world.stack.instagram_url}/_sim/people"
    world.http.post(url, json={"name": "alice", **said}).raise_for_status()


def _contact(world: World) -> dict[str, Any]:
    (contact,) = world.documents("contacts")
    return contact


def test_a_profile_is_fetched_once_a_day(world: World) -> None:
    _person(world, profile={"name": "Alice A.", "username": "alice.a", "follower_count": 7})
    world.dm("alice", "hello")
    world.settle()
    contact = _contact(world)
    assert (contact["name"], contact["username"], contact["follower_count"]) == (
        "Alice A.",
        "alice.a",
        7,
    )
    assert world.conversation("alice")["contact_name"] == "Alice A."
    _person(world, profile={"name": "Alice B."})
    world.dm("alice", "again")
    world.settle()
    assert _contact(world)["name"] == "Alice A."
    world.advance(24 * 3600)
    world.dm("alice", "a day later")
    world.settle()
    assert _contact(world)["name"] == "Alice B."


@pytest.mark.parametrize("code", [230, 9010, 100])
def test_a_person_without_a_profile_is_answered(world: World, code: int) -> None:
    _person(world, profile_error={"code": code})
    world.dm("alice", "hello")
    world.settle()
    assert len(world.sent_to("alice")) == 1
    assert _contact(world)["profile_error"] == code


@pytest.mark.parametrize("fault", [{"status": 500}, {"drop": True}, {"code": 190}])
def test_an_instagram_that_fails_delays_only_the_name(world: World, fault: dict[str, Any]) -> None:
    world.instagram_does({"on": "profile", **fault})
    world.dm("alice", "hello")
    world.settle()
    assert len(world.sent_to("alice")) == 1
    world.advance(3600)
    world.dm("alice", "again")
    world.settle()
    assert _contact(world).get("name") == ("Alice" if fault != {"code": 190} else None)


def test_a_profile_brings_nobody_back_who_was_deleted_meanwhile(world: World) -> None:
    world.instagram_does({"on": "profile", "hold": "asking"})
    world.dm("alice", "hello")
    world.deliver_webhooks()
    world.next_task_at()
    with world.meanwhile_running_tasks():
        assert world.stack.instagram.core.gates.wait_for("asking")
        world.call_api("delete-contact", ig_id=igsid_of("alice")).raise_for_status()
        world.stack.instagram.core.gates.release("asking")
    world.settle()
    assert (world.documents("contacts"), world.conversation("alice")) == ([], {})


def test_the_webhook_asks_instagram_nothing(world: World) -> None:
    world.instagram_does({"on": "profile", "status": 500})
    world.dm("alice", "hello")
    world.deliver_webhooks()
    (waiting,) = world.http.get(f"{world.stack.instagram_url}/_sim/faults").json()
    assert waiting["on"] == "profile"


def test_the_first_turn_of_a_person_costs_one_round_trip_more(world: World) -> None:
    world.configure(debounce_seconds=0)
    world.dm("alice", "hello")
    world.deliver_webhooks()
    world.next_task_at()
    world.call_task("process_thread", {"thread_id": world.thread("bob"), "trace_id": "warm"})
    world.clear_counts()
    world.run_tasks()
    assert world.counts()["process_thread"]["rpcs"]["Commit"] == 3
    assert world.counts()["process_thread"]["round_trips"] <= 8, world.counts()
