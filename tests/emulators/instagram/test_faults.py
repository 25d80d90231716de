"""Failures on demand: what the caller sees, and what took effect all the same."""

import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from emulators.gates import Gates
from tests.emulators.instagram.world import World, refused


@pytest.fixture
def alice(world: World) -> str:
    igsid: str = world.dm("alice", "hello")["id"]
    world.sim.webhooks.pump()
    return igsid


def test_a_fault_fails_one_send_and_leaves_the_next_alone(world: World, alice: str) -> None:
    world.faults({"code": 613, "subcode": 2534040})
    assert refused(world.send(alice)) == (613, 2534040)
    assert world.send(alice).status_code == 200
    assert len(world.sent()) == 1


def test_an_error_is_written_as_meta_writes_it(world: World, alice: str) -> None:
    world.faults({"code": 2})
    answer = world.send(alice)
    error = answer.json()["error"]
    assert answer.status_code == 500
    assert (error["type"], error["is_transient"]) == ("IGApiException", True)
    assert len(error["fbtrace_id"]) == 23


def test_throttling_says_in_the_header_how_many_minutes_to_wait(world: World, alice: str) -> None:
    world.faults({"code": 80002, "regain_minutes": 7})
    headers = world.send(alice).headers
    (usage,) = json.loads(headers["X-Business-Use-Case-Usage"])["17841400000000001"]
    assert usage["estimated_time_to_regain_access"] == 7
    assert json.loads(headers["X-App-Usage"])["call_count"] == 100
    assert json.loads(world.send(alice).headers["X-App-Usage"])["call_count"] < 100


def test_a_send_can_take_effect_and_fail_all_the_same(world: World, alice: str) -> None:
    world.faults({"apply": True, "status": 500})
    assert world.send(alice).status_code == 500
    assert len(world.sent()) == 1
    assert world.sim.webhooks.pump() == 1


@pytest.mark.parametrize(("apply", "sent"), [(True, 1), (False, 0)])
def test_a_connection_can_be_cut_after_or_before_the_effect(
    world: World, alice: str, apply: bool, sent: int
) -> None:
    world.faults({"drop": True, "apply": apply})
    with pytest.raises(httpx.TransportError):
        world.send(alice)
    assert len(world.sent()) == sent


@pytest.mark.parametrize(
    ("echo", "at_answer", "later"),
    [("before", 1, 0), ("after", 0, 1), ("twice", 0, 2), ("never", 0, 0)],
)
def test_the_echo_comes_when_the_fault_says(
    world: World, alice: str, echo: str, at_answer: int, later: int
) -> None:
    world.webhook.bodies.clear()
    world.faults({"echo": echo})
    assert world.send(alice).status_code == 200
    assert len(world.webhook.bodies) == at_answer
    assert world.sim.webhooks.pump() == later


def test_an_echo_can_be_late_by_the_clock(world: World, alice: str) -> None:
    world.faults({"echo_delay_seconds": 60})
    world.send(alice)
    assert world.sim.webhooks.pump() == 0
    world.clock.advance(60)
    assert world.sim.webhooks.pump() == 1


def test_a_frozen_clock_does_not_wait_for_a_delay(world: World, alice: str) -> None:
    world.faults({"delay_seconds": 3600})
    assert world.send(alice).status_code == 200


def test_a_held_send_stands_in_the_middle_until_it_is_released(world: World, alice: str) -> None:
    world.faults({"hold": "gate"})
    with ThreadPoolExecutor(1) as thread:
        sending = thread.submit(world.send, alice)
        assert world.sim.core.gates.wait_for("gate")
        assert (world.sent(), sending.done()) == ([], False)
        world.control("release", name="gate")
        assert sending.result().status_code == 200
    assert len(world.sent()) == 1


def test_a_release_that_comes_first_lets_exactly_one_through() -> None:
    gates = Gates(limit_seconds=0.01)
    gates.release("gate")
    gates.hold("gate")
    with pytest.raises(TimeoutError, match="nobody released the hold 'gate'"):
        gates.hold("gate")


def test_a_fault_waits_for_its_own_sort_of_request(world: World, alice: str) -> None:
    world.faults({"on": "profile", "code": 230}, {"on": "action", "status": 500})
    assert world.send(alice).status_code == 200
    assert refused(world.http.get(f"/v25.0/{alice}?fields=name")) == (230, None)
    seen = {"recipient": {"id": alice}, "sender_action": "mark_seen"}
    assert world.http.post("/me/messages", json=seen).status_code == 500


def test_a_misspelt_fault_is_refused_with_the_words_there_are(world: World) -> None:
    answer = world.http.post("/_sim/faults", json={"next": [{"kode": 613}]})
    assert answer.status_code == 400
    assert "kode" in answer.json()["error"]
