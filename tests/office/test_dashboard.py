"""The dashboard counts what happened, and keeps a day once it is over."""

from datetime import timedelta

from tests.office.conftest import Desk
from tests.world import ACCOUNT, World


def _day(world: World, days_ago: int) -> dict[str, object]:
    day = (world.clock.now() - timedelta(days=days_ago)).date().isoformat()
    return world.store.document(f"days/{ACCOUNT}_{day}").get().to_dict() or {}


def test_a_day_is_counted_shown_and_kept_once_it_is_over(world: World, desk: Desk) -> None:
    world.dm("alice", "hello")
    world.settle()
    desk.post(f"{desk.thread()}/messages", text="from the desk")
    world.owner_types("alice", "from the app")
    world.settle(60)
    assert "Messages by role" in desk.get("/dashboard").text
    assert _day(world, 0) == {}
    world.advance(24 * 3600)
    desk.sign_in()
    desk.get("/dashboard")
    kept = _day(world, 1)
    assert kept["by_role"] == {"customer": 1, "bot": 1, "office": 1, "instagram_app": 1}
    assert (kept["turns"], kept["failures"]) == (1, 0)
    assert kept["first_reply_p50_seconds"]


def test_a_kept_day_is_not_counted_again(world: World, desk: Desk) -> None:
    for _ in range(12):
        desk.get("/dashboard")
    world.clear_counts()
    desk.get("/dashboard")
    rpcs = world.counts()["back_office"]["rpcs"]
    assert rpcs["RunAggregationQuery"] == 7
    assert "Commit" not in rpcs


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
