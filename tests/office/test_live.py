"""The live feed: one small query a look, no document written for it, and it ends by itself."""

import json
from datetime import timedelta
from typing import Any

from services.office.live import MOST_CHANGED, MOST_LOOKS
from tests.office import scene
from tests.office.conftest import Desk, colleague
from tests.world import World


def _events(page: str) -> list[dict[str, Any]]:
    return [json.loads(line[6:]) for line in page.splitlines() if line.startswith('data: {"')]


def test_what_changed_since_is_told_once(world: World, desk: Desk) -> None:
    since = (world.clock.now() - timedelta(seconds=1)).isoformat()
    thread = scene.person(world, "alice", owner="waiting")
    answer = desk.get("/live", params={"since": since})
    assert answer.headers["content-type"].startswith("text/event-stream")
    (told,) = _events(answer.text)
    assert [row["id"] for row in told["rows"]] == [thread]
    last_id = answer.text.partition("id: ")[2].splitlines()[0]
    again = desk.get("/live", headers={"last-event-id": last_id})
    assert _events(again.text) == []


def test_an_idle_stream_costs_one_read_a_look_and_writes_nothing(world: World, desk: Desk) -> None:
    scene.person(world, "alice", updated_at=world.clock.now() - timedelta(hours=1))
    desk.get("/")
    world.clear_counts()
    desk.get("/live", params={"since": world.clock.now().isoformat()})
    counted = world.counts()["back_office"]
    assert counted["rpcs"] == {"RunQuery": MOST_LOOKS}
    assert (counted["reads"], counted["writes"]) == (MOST_LOOKS, 0)


def test_a_page_that_slept_too_long_is_told_to_load_anew(world: World, desk: Desk) -> None:
    since = (world.clock.now() - timedelta(hours=1)).isoformat()
    for asked in (since, "nonsense", ""):
        assert "event: reload" in desk.get("/live", params={"since": asked}).text


def test_a_page_that_missed_more_than_a_look_tells_is_told_to_load_anew(
    world: World, desk: Desk
) -> None:
    since = (world.clock.now() - timedelta(minutes=5)).isoformat()
    for number, reload in ((MOST_CHANGED, False), (MOST_CHANGED + 1, True)):
        scene.conversations(world, number)
        answer = desk.get("/live", params={"since": since}).text
        (told,) = _events(answer)
        assert len(told["rows"]) == MOST_CHANGED
        assert ("event: reload" in answer) is reload


def test_who_else_has_the_conversation_open_is_shown(world: World, desk: Desk) -> None:
    thread = scene.person(world, "alice")
    other = colleague(desk)
    other.post("/live/here", thread=thread, typing="1")
    asked = {"since": world.clock.now().isoformat(), "thread": thread}
    told = _events(desk.get("/live", params=asked).text)
    assert {"name": "Marta", "typing": True} in told[0]["present"]
    world.advance(30)
    told = _events(desk.get("/live", params=asked).text)
    assert told[0]["present"] == []


def test_the_newest_messages_come_with_their_states(world: World, desk: Desk) -> None:
    world.dm("alice", "hello")
    world.settle()
    page = desk.get(f"{desk.thread()}/newest").text
    assert "data-newest" in page
    assert "✓ " in page


def test_what_calls_for_an_operator_is_told_with_its_reason(world: World, desk: Desk) -> None:
    since = (world.clock.now() - timedelta(seconds=1)).isoformat()
    ms = int(world.clock.now().timestamp() * 1000)
    human = {"owner": "human", "boundary_at": world.clock.now(), "last_inbound_at": ms}
    app = {"owner_reason": "instagram_app", "last_direction": "outgoing"}
    expected = {
        scene.person(world, "ann", owner="waiting"): "needs_you",
        scene.person(world, "bob", **human, **app): "app",
        scene.person(world, "cal", **human, assignee="owner"): "mine",
        scene.person(world, "dan", **human, assignee="somebody"): "",
        scene.person(world, "eve"): "",
        scene.person(world, "fay", owner="waiting", status="scheduled"): "",
    }
    (told,) = _events(desk.get("/live", params={"since": since}).text)
    rows: list[dict[str, str]] = told["rows"]
    assert {row["id"]: row["calls"] for row in rows} == expected
    assert all(bool(row["called_at"]) == bool(row["calls"]) for row in rows)
