"""The gateway's control API, as tests and tools use it."""

from typing import Any

import pytest

from tests.conftest import BEGINNING
from tests.world import World


def _post(world: World, path: str, body: Any) -> Any:
    answer = world.http.post(f"{world.stack.url}/_sim/{path}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def _get(world: World, path: str) -> Any:
    return world.http.get(f"{world.stack.url}/_sim/{path}").json()


def test_the_clock_is_moved_by_seconds_or_to_an_instant(world: World) -> None:
    before = world.clock.now()
    _post(world, "clock", {"advance_seconds": 90.5})
    assert (world.clock.now() - before).total_seconds() == 90.5
    _post(world, "clock", {"now": before.isoformat()})
    assert world.clock.now() == before


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"advance_seconds": "soon"},
        {"advance_seconds": True},
        {"now": "noon"},
        {"now": "2026-11-02T12:00:00"},
        {"advance_seconds": 1, "now": BEGINNING.isoformat()},
        [],
    ],
)
def test_a_move_that_makes_no_sense_is_refused_and_moves_nothing(world: World, body: Any) -> None:
    before = world.clock.now()
    assert world.http.post(f"{world.stack.url}/_sim/clock", json=body).status_code == 400
    assert world.clock.now() == before


def test_counts_are_by_function_and_leave_out_who_looks_on(world: World) -> None:
    world.dm("alice", "hello")
    world.deliver_webhooks()
    world.http.get(f"{world.stack.url}/_local/state?with=alice")
    counts = _get(world, "counts")
    assert set(counts) == {"webhook"}
    assert (counts["webhook"]["tasks"], counts["webhook"]["rpcs"]["Commit"]) == (1, 1)


def test_firestore_fails_when_it_is_told_to_and_only_so_often(world: World) -> None:
    fault = {"rpc": "Commit", "code": "PERMISSION_DENIED", "caller": "webhook"}
    _post(world, "firestore/faults", fault)
    world.dm("alice", "hello")
    world.deliver_webhooks()
    world.advance(1)
    world.deliver_webhooks()
    assert world.stack.instagram.webhooks.delivered()[0].statuses[-1] == 200
    assert len(world.stack.instagram.webhooks.delivered()[0].statuses) == 2


@pytest.mark.parametrize("fault", [{"code": "NO_SUCH"}, {"colour": "red"}, {"next": "x"}])
def test_an_unknown_fault_is_refused(world: World, fault: Any) -> None:
    answer = world.http.post(f"{world.stack.url}/_sim/firestore/faults", json=fault)
    assert answer.status_code == 400


def test_waiting_tasks_are_listed_with_their_instants(world: World) -> None:
    world.dm("alice", "hello")
    world.deliver_webhooks()
    (task,) = _get(world, "tasks/list")
    assert (task["queue"], world.thread("alice") in task["body"]) == ("dm-processing", True)


def test_paused_queues_dispatch_nothing(world: World) -> None:
    assert _post(world, "tasks/settings", {"paused": True})["paused"] is True
    world.dm("alice", "hello")
    world.deliver_webhooks()
    world.advance(60)
    assert world.run_tasks() == 0


def test_reset_forgets_documents_tasks_and_counts(world: World) -> None:
    world.dm("alice", "hello")
    world.deliver_webhooks()
    _post(world, "reset", {})
    assert (world.messages("alice"), _get(world, "tasks/list"), _get(world, "counts")) == (
        [],
        [],
        {},
    )


def test_health_tells_the_local_time(world: World) -> None:
    assert _get(world, "health") == {"ok": True, "now": world.clock.now().isoformat()}
