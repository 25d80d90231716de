"""The dashboard counts what happened, and keeps a day once it is over."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.agent.speaking import call, says, step
from tests.office import scene
from tests.office.conftest import Desk
from tests.world import ACCOUNT, World


def _day(world: World, days_ago: int) -> dict[str, Any]:
    day = (world.clock.now() - timedelta(days=days_ago)).date().isoformat()
    return world.store.document(f"days/{ACCOUNT}_{day}").get().to_dict() or {}


def _sweep_tomorrow(world: World) -> None:
    """The sweep's hourly run in the first hour of the next day."""
    tomorrow = world.clock.now() + timedelta(days=1)
    world.clock.set(tomorrow.replace(hour=0, minute=30, second=0, microsecond=0))
    world.clear_counts()
    assert world.call_task("sweep", {}).status_code == 200


def _turns(world: World, number: int, at: datetime) -> None:
    """So many answered turns of one day, the n-th after n seconds."""
    batch = world.store.batch()
    for n in range(number):
        path = f"conversations/{world.thread('alice')}/turns/t{n}"
        turn = {
            "account_id": ACCOUNT,
            "outcome": "answered",
            "ended_at": at,
            "timings_ms": {"waited": n * 1000},
            "cost_microdollars": 7,
        }
        batch.set(world.store.document(path), turn)
    batch.commit()


def test_the_sweep_keeps_a_day_once_it_is_over(world: World, desk: Desk) -> None:
    world.dm("alice", "hello")
    world.settle()
    desk.post(f"{desk.thread()}/messages", text="from the desk")
    world.owner_types("alice", "from the app")
    world.settle(60)
    desk.post(f"{desk.thread()}/hand-back")
    world.advance(1)
    world.model_says(step(call("hand_to_human", reason="missing_knowledge", note="")))
    world.dm("alice", "what about Sunday?")
    world.settle(60)
    assert "Messages by role" in desk.get("/dashboard").text
    assert _day(world, 0) == {}
    _sweep_tomorrow(world)
    kept = _day(world, 1)
    assert kept["by_role"] == {"customer": 2, "bot": 2, "office": 1, "instagram_app": 1}
    assert (kept["messages"], kept["bubbles"], kept["turns"]) == (6, 2, 2)
    assert (kept["handoffs"], kept["handoffs_by_reason"]) == (1, {"missing_knowledge": 1})
    assert (kept["failures"], kept["given_up"]) == (0, 0)
    assert kept["first_reply_p50_seconds"]


def test_a_day_is_kept_once_a_day_and_once_more_for_what_came_late(
    world: World, desk: Desk
) -> None:
    late = world.clock.now()
    _sweep_tomorrow(world)
    assert _day(world, 1)["messages"] == 0
    world.clear_counts()
    world.clock.set(world.clock.now() + timedelta(hours=1))
    world.call_task("sweep", {})
    assert "RunAggregationQuery" not in world.counts()["sweep"]["rpcs"]
    scene.person(world, "alice")
    row = scene.message(world.thread("alice"), "late", late) | {"account_id": ACCOUNT}
    world.store.document(f"conversations/{world.thread('alice')}/messages/m").set(row)
    for _ in range(2):  # and a run that comes twice counts nothing twice
        _sweep_tomorrow(world)
        world.clock.set(world.clock.now() - timedelta(days=1))
        assert _day(world, 1)["messages"] == 1
        world.store.document(f"accounts/{ACCOUNT}").update({"counted_until": None})


def test_waiting_times_are_of_every_turn_of_the_day(world: World, desk: Desk) -> None:
    _turns(world, 420, world.clock.now())  # at one instant, and more than one page of them
    _sweep_tomorrow(world)
    kept = _day(world, 1)
    assert kept["turns"] == 420
    assert (kept["first_reply_p50_seconds"], kept["first_reply_p95_seconds"]) == (209, 398)
    assert kept["model_cost_usd"] == pytest.approx(420 * 7 / 1_000_000)


def test_whoever_opens_the_page_writes_nothing_and_counts_two_days_at_most(
    world: World, desk: Desk
) -> None:
    desk.get("/dashboard")
    rpcs = world.counts()["back_office"]["rpcs"]
    assert "Commit" not in rpcs
    before = rpcs["RunAggregationQuery"]
    _sweep_tomorrow(world)
    desk.sign_in()
    world.clear_counts()
    desk.get("/dashboard")
    assert world.counts()["back_office"]["rpcs"]["RunAggregationQuery"] == before / 2


def test_the_numbers_stand_beside_their_charts(world: World, desk: Desk) -> None:
    world.dm("alice", "hello")
    world.settle()
    page = desk.get("/dashboard").text
    assert page.count("<svg viewBox") >= 10
    assert re.search(r"Messages</span><strong>2<", page)


def test_each_account_has_its_own_numbers(world: World, desk: Desk) -> None:
    world.store.document("accounts/27000").set({"state": "active", "username": "second"})
    world.dm("alice", "hello")
    world.settle()
    assert re.search(r"Messages</span><strong>2<", desk.get("/dashboard").text)
    other = desk.get("/dashboard?account=27000").text
    assert 'account=27000" aria-current="page"><bdi>@second' in other
    assert "nobody has written" in other
    _sweep_tomorrow(world)
    day = (world.clock.now() - timedelta(days=1)).date().isoformat()
    assert (world.store.document(f"days/27000_{day}").get().to_dict() or {})["messages"] == 0


def test_a_draft_is_the_bots_and_nothing_of_it_is_sent(world: World, desk: Desk) -> None:
    world.dm("alice", "hello")
    world.settle()
    desk.post(f"{desk.thread()}/take-over", minutes="30")
    world.advance(30)
    world.dm("alice", "do you have a court?")
    world.settle(60)
    call = {"name": "send_instagram_message", "args": {"text": "A drafted answer"}}
    world.model_says({"calls": [call]})
    before = len(world.messages("alice"))
    page = desk.post(f"{desk.thread()}/suggest")
    assert "A drafted answer</textarea>" in page.text
    world.settle(60)
    assert len(world.messages("alice")) == before
    desk.post(f"{desk.thread()}/messages", text="mine")
    refused = desk.post(f"{desk.thread()}/suggest")
    assert (refused.status_code, "the last word is yours" in refused.text) == (400, True)


def test_a_draft_says_nothing_of_machines_and_handovers(world: World, desk: Desk) -> None:
    world.configure(disclosure="🤖 {business}, automated reply", handoff_text="A colleague comes.")
    thread = scene.person(world, "alice", owner="human")
    scene.messages(world, thread, 1)
    world.model_says(says("A drafted answer"), step(call("hand_to_human", reason="tool_failure")))
    page = desk.post(f"{desk.thread()}/suggest")
    assert ">A drafted answer</textarea>" in page.text
    refused = desk.post(f"{desk.thread()}/suggest")
    assert (refused.status_code, "would say nothing" in refused.text) == (400, True)
