"""The list: its tabs and orders, its pages, its search, and what it costs."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from emulators.gateway import credentials
from services import bootstrap
from tests.office import scene
from tests.office.conftest import Desk, colleague
from tests.world import World


def _listed(page: str) -> list[str]:
    return re.findall(r'id="row-\d+_(\d+)"', page)


def _names(page: str) -> list[str]:
    return re.findall(r'class="who"><bdi>([^<]+)<', page)


def test_who_waits_longest_stands_first_under_needs_you(world: World, desk: Desk) -> None:
    now = world.clock.now()
    for name, minutes in (("ann", 5), ("bob", 50), ("cem", 20)):
        at = now - timedelta(minutes=minutes)
        scene.person(world, name, owner="waiting", boundary_at=at)
    scene.person(world, "dan")
    page = desk.get("/").text
    assert _names(page) == ["Bob", "Cem", "Ann"]
    assert "Waiting for you · 50 min" in page


def test_with_nobody_waiting_the_inbox_opens_with_all(world: World, desk: Desk) -> None:
    scene.person(world, "dan")
    assert _names(desk.get("/").text) == ["Dan"]
    assert "Nobody is waiting for you." in desk.get("/?tab=needs").text


def test_every_tab_shows_its_own_and_counts_them(world: World, desk: Desk) -> None:
    scene.person(world, "ann", owner="waiting")
    scene.person(world, "bob", assignee="owner", owner="human")
    scene.person(world, "cem", status="closed")
    scene.person(world, "dan")
    tabs = {"needs": "Ann", "mine": "Bob", "closed": "Cem"}
    for tab, name in tabs.items():
        assert _names(desk.get(f"/?tab={tab}").text) == [name]
    assert set(_names(desk.get("/?tab=bot").text)) == {"Cem", "Dan"}
    page = desk.get("/?tab=all").text
    counts = dict(re.findall(r'data-count="(\w+)"[^>]*>(\d+)<', page))
    assert counts == {"needs": "1", "bot": "2", "mine": "1", "all": "4", "closed": "1"}


def test_what_the_team_puts_off_is_out_of_its_way_until_its_time_has_come(
    world: World, desk: Desk
) -> None:
    thread = scene.person(world, "ann", owner="waiting")
    scene.person(world, "bob", owner="waiting")
    desk.post(f"/conversations/{thread}/snooze", hours="4")
    page = desk.get("/?tab=needs").text
    assert _names(page) == ["Bob"]
    assert dict(re.findall(r'data-count="(\w+)"[^>]*>(\d+)<', page))["needs"] == "1"
    assert _names(desk.get(f"/rows?tab=needs&ids={thread}").text) == []
    assert _names(desk.get("/?tab=needs&status=scheduled").text) == ["Ann"]
    world.advance(4 * 3600 + 31)
    world.call_task("sweep", {})
    assert set(_names(desk.get("/?tab=needs").text)) == {"Ann", "Bob"}


def test_a_first_message_that_a_person_must_answer_stands_under_needs_you(
    world: World, desk: Desk
) -> None:
    world.configure(bot="off")
    world.dm("alice", "hello")
    world.settle()
    assert len(_listed(desk.get("/?tab=needs").text)) == 1


@pytest.mark.parametrize("before", ["closed", "scheduled"])
def test_where_a_person_is_asked_for_it_opens_whatever_it_was(
    world: World, desk: Desk, before: str
) -> None:
    opening = world.clock.now() + timedelta(hours=9)
    thread = scene.person(world, "alice", status=before, scheduled_until=opening)
    world.instagram_knows("alice")
    world.instagram_does({"code": 100, "subcode": 2534037})
    bootstrap.services("back_office").manual.queue_manual(thread, "hello", "custom")
    world.settle()
    assert world.conversation("alice")["owner_reason"] == "routing_conflict"
    assert _names(desk.get("/?tab=needs").text) == ["Alice"]
    world.advance(10 * 3600)
    assert world.call_task("sweep", {}).json()["repaired"]["reopened"] == 0


def test_a_real_conversation_is_listed_under_bot_after_its_first_turn(
    world: World, desk: Desk
) -> None:
    world.dm("alice", "hello")
    world.settle()
    assert len(_listed(desk.get("/?tab=bot").text)) == 1


def test_a_row_says_owner_window_labels_unread_and_failed_sends_in_words(
    world: World, desk: Desk
) -> None:
    ms = int((world.clock.now() - timedelta(hours=20)).timestamp() * 1000)
    failed = {"send_failed_at": world.clock.now(), "inbound_seq": 3, "last_inbound_at": ms}
    scene.person(world, "ann", labels=["vip"], owner="human", assignee_name="Marta", **failed)
    page = desk.get("/?tab=all").text
    for words in ("Marta", "4 h left", "vip", "3 unread", "Failed send"):
        assert words in page


def test_pages_show_every_conversation_once_even_of_one_instant(world: World, desk: Desk) -> None:
    scene.conversations(world, 130, updated_at=world.clock.now())
    seen: list[str] = []
    path: str | None = "/?tab=all"
    while path:
        page = desk.get(path).text
        seen += _listed(page)
        found = re.search(r'class="more"><a [^>]*href="/back_office([^"]+)"', page)
        path = found[1].replace("&amp;", "&") if found else None
    assert len(seen) == len(set(seen)) == 130


#: What shows the same ten people, however many others there are; and lists that fill their page.
_SAME = ("/?tab=needs", "/search?q=@ann", "/search?q=platypus", "/operate/turns")
_FULL = ("/?tab=all", "/?tab=bot", "/search?q=line")


def _spent(world: World, desk: Desk, path: str) -> dict[str, Any]:
    desk.get(path)
    world.clear_counts()
    assert desk.get(path).status_code == 200
    usage: dict[str, Any] = world.counts()["back_office"]
    return usage


def test_a_page_costs_the_same_at_ten_and_at_five_thousand_conversations(
    world: World, desk: Desk
) -> None:
    scene.conversations(world, 10, owner="waiting")
    row = scene.message(scene.person(world, "ann"), "a platypus", world.clock.now())
    path, ann = f"conversations/{world.thread('ann')}/messages/m", desk.thread("ann")
    world.store.document(path).set(row | {"terms": ["a", "platypus"]})
    costs: dict[int, dict[str, Any]] = {}
    for before, number in ((10, 10), (10, 60), (60, 5000)):
        scene.conversations(world, number, since=before)
        costs[number] = {path: _spent(world, desk, path) for path in (*_SAME, ann)}
        costs[number] |= {path: _spent(world, desk, path) for path in _FULL}
    for path in (*_SAME, ann):
        assert costs[10][path] == costs[5000][path], path
    for path in _FULL:
        assert costs[60][path] == costs[5000][path], path
        assert costs[5000][path]["reads"] <= 51 + 50 + 5 + 5 + 1
        assert costs[5000][path]["round_trips"] <= 10


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "yesterday", "2026-02-30"])
def test_a_day_that_no_calendar_holds_filters_nothing(world: World, desk: Desk, day: str) -> None:
    scene.conversations(world, 1)
    assert len(_listed(desk.get(f"/?tab=all&since={day}").text)) == 1


def test_a_filter_narrows_and_can_be_saved_by_name(world: World, desk: Desk) -> None:
    scene.person(world, "ann", labels=["vip"])
    scene.person(world, "bob", labels=["vip"], status="closed")
    scene.person(world, "cem")
    assert _names(desk.get("/?tab=all&label=vip&status=open").text) == ["Ann"]
    desk.post("/views", name="Open VIPs", tab="all", label="vip", status="open")
    page = desk.get("/").text
    found = re.search(r'href="/back_office(/\?[^"]+)">Open VIPs<', page)
    assert found
    assert _names(desk.get(found[1].replace("&amp;", "&")).text) == ["Ann"]
    desk.post("/views/remove", name="Open VIPs")
    assert "Open VIPs" not in desk.get("/").text


def test_a_day_begins_where_the_operator_is(world: World, desk: Desk) -> None:
    scene.person(world, "ann", updated_at=datetime(2026, 11, 1, 23, 30, tzinfo=UTC))
    for zone, found in (("Europe/Berlin", ["Ann"]), ("Europe/London", [])):
        desk.post("/me", zone=zone)
        assert _names(desk.get("/?tab=all&since=2026-11-02").text) == found


def test_several_at_once_are_closed_labelled_assigned_and_handed_back(
    world: World, desk: Desk
) -> None:
    ids = [scene.person(world, name, owner="waiting") for name in ("ann", "bob")]
    desk.post("/several", act="label", label="padel", thread=ids)
    desk.post("/several", act="assign", thread=ids)
    desk.post("/several", act="close", thread=ids)
    for name in ("ann", "bob"):
        stored = world.conversation(name)
        assert (stored["labels"], stored["assignee"]) == (["padel"], "owner")
        assert (stored["status"], stored["owner"]) == ("closed", "bot")
    assert desk.post("/several", act="close").status_code == 400


def test_several_at_once_go_on_past_one_that_cannot_and_say_so(world: World, desk: Desk) -> None:
    full = [f"l{n}" for n in range(20)]
    ann, bob = scene.person(world, "ann"), scene.person(world, "bob", labels=full)
    chosen = [ann, f"{ann}0", bob, ann]
    page = desk.post("/several", act="label", label="padel", thread=chosen).text
    assert "Done for 1 conversation." in page
    assert "Not for 1: There is no such conversation." in page
    assert "Not for 1: A conversation has at most 20 labels." in page
    assert world.conversation("ann")["labels"] == ["padel"]
    for act, label in (("label", " "), ("nonsense", "x")):
        assert desk.post("/several", act=act, label=label, thread=chosen).status_code == 400
    assert len(world.documents("audit")) == 1
    token = {"x-admin-token": credentials.ADMIN_TOKEN}
    told = desk.http.post(
        "/api/conversations", headers=token, json={"threads": chosen[1:], "act": "close"}
    )
    assert told.json() == {"done": 2, "refused": {f"{ann}0": "There is no such conversation."}}


def test_people_are_found_by_the_beginning_of_name_or_handle(world: World, desk: Desk) -> None:
    scene.person(world, "lucia.mtz")
    scene.person(world, "tom")
    assert _names(desk.get("/search?q=@Luc").text) == ["Lucia.Mtz"]
    assert "Nobody whose name" in desk.get("/search?q=ucia").text


def test_messages_are_found_by_their_words_whatever_case_and_accents(
    world: World, desk: Desk
) -> None:
    world.dm("alice", "¿Tenéis pista libre MAÑANA?")
    world.dm("bob", "a court tomorrow, please")
    world.settle()
    for words in ("manana", "Mañana pista", "teneis libre"):
        assert _listed(desk.get("/search", params={"q": words}).text) == [
            world.thread("alice").partition("_")[2]
        ]
    assert not _listed(desk.get("/search?q=manana+court").text)


def test_what_is_no_longer_kept_is_not_found(world: World, desk: Desk) -> None:
    thread = scene.person(world, "alice")
    for seconds, found in ((1, 1), (0, 0)):
        until = world.clock.now() + timedelta(seconds=seconds)
        scene.messages(world, thread, 1, terms=["court"], expire_at=until)
        assert len(_listed(desk.get("/search?q=court").text)) == found


def test_a_search_without_words_brings_the_list_back_as_it_was(world: World, desk: Desk) -> None:
    scene.person(world, "ann", labels=["vip"])
    scene.person(world, "bob")
    path, part = "/search?tab=all&label=vip", {"hx-request": "true"}
    found = desk.get(f"{path}&q=bob", headers=part).text
    assert (_names(found), 'name="thread"' in found) == (["Bob"], False)
    back = desk.get(f"{path}&q=", headers=part).text
    assert (_names(back), 'id="several"' in back, 'id="q"' in back) == (["Ann"], True, False)
    page = desk.get(f"{path}&q=").text
    assert (_names(page), page.count('id="q"')) == (["Ann"], 1)


def test_what_was_done_is_told_once_beside_the_part_that_it_changed(
    world: World, desk: Desk
) -> None:
    thread, part = scene.person(world, "ann"), {"hx-request": "true"}
    desk.http.follow_redirects = False
    desk.post(f"/conversations/{thread}/take-over")
    desk.get(f"/rows?ids={thread}", headers=part)
    for told in (1, 0):
        pane = desk.get(f"/conversations/{thread}", headers=part).text
        assert pane.count('hx-swap-oob="innerHTML:#notices"') == told
        assert pane.count("The conversation is yours. The bot is silent.") == told


def test_what_the_bot_and_the_team_wrote_is_found_too(world: World, desk: Desk) -> None:
    call = {"name": "send_instagram_message", "args": {"text": "Bring trainers"}}
    world.model_says({"calls": [call]})
    world.dm("alice", "hello")
    world.settle()
    desk.post(f"{desk.thread()}/messages", text="And a towel")
    for word in ("trainers", "towel"):
        assert "We:" in desk.get(f"/search?q={word}").text
    assert "We:" not in desk.get("/search?q=hello").text


def test_what_the_system_wrote_for_us_is_found_too(world: World, desk: Desk) -> None:
    world.configure(hours_weekly="mo-su 03:00-03:01", hours_away_text="Gone fishing")
    world.dm("alice", "hello")
    world.settle()
    assert world.sent_to("alice") == ["Gone fishing"]
    assert _listed(desk.get("/search?q=fishing").text) == [world.thread("alice").partition("_")[2]]


def test_changed_rows_come_only_where_they_belong(world: World, desk: Desk) -> None:
    waiting = scene.person(world, "ann", owner="waiting")
    other = scene.person(world, "bob")
    page = desk.get(f"/rows?tab=needs&ids={waiting},{other},nonsense").text
    assert _names(page) == ["Ann"]
    assert '<i data-tab="needs">1</i>' in page


def test_the_first_steps_are_shown_until_they_are_done(world: World, desk: Desk) -> None:
    page = desk.get("/").text
    assert page.count('<a href="/back_office/account">Connect the Instagram account') == 2
    desk.post("/account/self-test")
    desk.post("/prompt", business_name="Nova", business_facts="We are open.")
    desk.post("/hours", when="always", time_zone="Europe/Berlin")
    assert "<s>Say when somebody is there</s>" in desk.get("/").text
    scene.person(world, "ann")
    assert "First steps" not in desk.get("/").text
    desk.post("/settings/default", bot="off")
    assert "Switch the bot on</a>" in desk.get("/").text


def test_the_first_steps_are_put_away_by_an_admin(desk: Desk) -> None:
    other = colleague(desk)
    assert "First steps" not in other.get("/").text
    assert other.post("/first-steps/dismiss").status_code == 403
    assert "First steps" not in desk.post("/first-steps/dismiss").text


def test_a_row_says_in_words_what_a_message_without_text_holds(world: World, desk: Desk) -> None:
    scene.person(world, "ann", last_text="[image] [ig_reel]")
    scene.person(world, "bob", last_text="[sic] brackets <b>of</b> their own")
    page = desk.get("/?tab=all").text
    assert "Picture, reel" in page
    assert "[sic] brackets &lt;b&gt;of" in page
