"""The bot of one conversation: its mode, and the draft that an operator sends, changes or drops."""

import re

from tests.office.conftest import Desk, colleague
from tests.world import World


def _draft(world: World, text: str = "We open at 8.") -> None:
    world.configure(bot="drafts")
    world.model_says({"calls": [{"name": "send_instagram_message", "args": {"text": text}}]})
    world.dm("alice", "When do you open?")
    world.settle(60)


def _key(page: str) -> str:
    found = re.search(r'name="key" value="(\w+)"><input type="hidden" name="text"', page)
    assert found, page
    return found[1]


def test_a_draft_waits_for_the_team_and_is_sent_by_hand(world: World, desk: Desk) -> None:
    _draft(world)
    assert ">Draft</span>" in desk.get("/?tab=needs").text
    page = desk.get(desk.thread()).text
    assert "The bot would answer" in page
    assert "a draft waits" in page
    page = desk.post(f"{desk.thread()}/messages", text="We open at 8.", key=_key(page)).text
    assert "The bot would answer" not in page
    world.settle(60)
    assert world.sent_to("alice") == ["We open at 8."]
    assert [m["role"] for m in world.messages("alice", "outgoing")] == ["human"]


def test_a_draft_that_two_colleagues_send_at_once_goes_out_once(world: World, desk: Desk) -> None:
    _draft(world)
    people = (desk, colleague(desk))
    keys = [_key(each.get(each.thread()).text) for each in people]
    for each, key in zip(people, keys, strict=True):
        each.post(f"{each.thread()}/messages", text="We open at 8.", key=key)
    world.settle(60)
    assert world.sent_to("alice") == ["We open at 8."]


def test_a_draft_is_changed_in_the_composer(world: World, desk: Desk) -> None:
    _draft(world, "<b>8</b>")
    page = desk.get(f"{desk.thread()}?draft=edit").text
    assert re.search(r"<textarea[^>]*>&lt;b&gt;8&lt;/b&gt;</textarea>", page)


def test_a_dropped_draft_is_gone_and_the_conversation_still_waits(world: World, desk: Desk) -> None:
    _draft(world)
    page = desk.post(f"{desk.thread()}/bot/drop").text
    assert "The bot would answer" not in page
    assert world.conversation("alice")["owner"] == "waiting"
    assert "draft_dropped" in [a["action"] for a in world.documents("audit")]


def test_a_draft_that_the_owner_answered_in_the_app_is_not_offered(
    world: World, desk: Desk
) -> None:
    _draft(world)
    world.advance(5)
    world.owner_types("alice", "At 8!")
    world.settle(60)
    assert "The bot would answer" not in desk.get(desk.thread()).text


def test_the_bot_is_switched_off_for_one_person_and_on_again(world: World, desk: Desk) -> None:
    world.dm("alice", "hello")
    world.settle()
    page = desk.post(f"{desk.thread()}/bot", bot="off").text
    assert "changed whether the bot answers this person" in page
    world.dm("alice", "anybody?")
    world.settle()
    assert len(world.sent_to("alice")) == 1
    desk.post(f"{desk.thread()}/bot", bot="")
    assert "bot" not in world.conversation("alice")
    world.dm("alice", "again")
    world.settle()
    assert len(world.sent_to("alice")) == 2
    assert desk.post(f"{desk.thread()}/bot", bot="loud").status_code == 400
