"""One conversation: what it shows, what an operator does to it, and what that costs."""

import re
from datetime import timedelta

import pytest

from tests.office import scene
from tests.office.conftest import Desk, colleague
from tests.world import World

HOSTILE = [
    '<script>alert("x")</script>',
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}{% include 'x' %}",
    "\u202egnp.exe\u2066 mixed",
    "W" * 50_000,
    "<!--</title><svg/onload=alert(1)>",
]


def _picture(world: World) -> str:
    address = f"{world.stack.instagram_url}/_sim/media"
    sent = world.http.post(address, content=b"jpeg", headers={"Content-Type": "image/jpeg"})
    return str(sent.json()["url"])


def _texts(page: str) -> list[str]:
    return re.findall(r'class="text" dir="auto"><bdi>([^<]*)<', page)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_words_are_shown_and_do_nothing(world: World, desk: Desk, text: str) -> None:
    thread = scene.person(world, "alice", last_text=text[:120], labels=[text[:40]])
    world.store.document(f"contacts/{thread}").set({"name": text, "username": text})
    scene.messages(world, thread, 1, text=text, error=text, status="failed")
    for path in ("/?tab=all", desk.thread(), f"{desk.thread()}/newest"):
        page = desk.get(path)
        assert page.status_code == 200
        assert not re.search(r"<img|<svg/onload|<script>|onerror=alert\(1\)>", page.text)
        assert "<bdi>" in page.text
    assert "{{ 7*7 }}" in desk.get(desk.thread()).text or "7*7" not in text


def test_a_conversation_tells_who_wrote_what(world: World, desk: Desk) -> None:
    world.dm("alice", "hello")
    world.settle()
    world.owner_types("alice", "from my phone")
    world.settle()
    desk.post(f"{desk.thread()}/messages", text="from the desk")
    desk.post(f"{desk.thread()}/messages", text="she is a regular", kind="note")
    page = desk.get(desk.thread()).text
    for words in ("Customer", "Bot", "You, in the Instagram app", "Private note", "Today"):
        assert words in page


def test_an_address_that_can_name_nothing_is_not_found(world: World, desk: Desk) -> None:
    thread, good = scene.person(world, "alice"), "m00000"
    for path in (
        f"/conversations/{thread}/messages/__x__/retry",
        f"/conversations/{thread}/messages/{'é' * 512}/feedback",
        f"/conversations/{thread}0x/messages/{good}/arrived",
        "/conversations/alice/bot",
        f"/contacts/{'1' * 33}_1",
        f"/operate/queue/{thread}/__x__/arrived",
        "/operate/events/__x__/replay",
        f"/operate/events/alice/{good}/again",
        "/settings/undo/__x__",
    ):
        assert desk.post(path, verdict="up").status_code == 404, path
    assert desk.get(f"/playground/case/{thread}/__x__.yaml").status_code == 404


def test_a_takeover_has_an_end_however_many_minutes_are_asked_for(world: World, desk: Desk) -> None:
    thread = scene.person(world, "alice")
    assert desk.post(f"/conversations/{thread}/take-over", minutes="9" * 5000).status_code == 200
    held = world.conversation("alice")["owner_until"] - world.clock.now()
    assert held <= timedelta(days=7)


def test_a_private_note_is_never_sent_nor_shown_to_the_model(world: World, desk: Desk) -> None:
    world.dm("alice", "hello")
    world.settle()
    desk.post(f"{desk.thread()}/messages", text="a secret among us", kind="note")
    world.dm("alice", "and again")
    world.settle()
    assert "a secret among us" not in world.sent_to("alice")
    assert "a secret among us" not in str(world.model_requests())


def test_older_messages_come_page_by_page_each_once(world: World, desk: Desk) -> None:
    thread = scene.person(world, "alice")
    scene.messages(world, thread, 120)
    page = desk.get(desk.thread()).text
    seen = _texts(page)
    while found := re.search(r'hx-get="/back_office([^"]+older[^"]+)"', page):
        page = desk.get(found[1].replace("&amp;", "&")).text
        seen = _texts(page) + seen
    assert seen == [f"message {n}" for n in range(120)]


def test_a_conversation_costs_the_same_however_long_it_is(world: World, desk: Desk) -> None:
    """Equal at 60 and at 5,000 messages; at 10, less by the lines that are not there."""
    costs = []
    thread = scene.person(world, "alice")
    for number in (10, 60, 5000):
        scene.messages(world, thread, number)
        for path in (desk.thread(), f"{desk.thread()}/newest"):
            desk.get(path, headers={"HX-Request": "true"})
        world.clear_counts()
        for path in (desk.thread(), f"{desk.thread()}/newest"):
            desk.get(path, headers={"HX-Request": "true"})
        costs.append(world.counts()["back_office"])
    assert costs[1] == costs[2]
    assert costs[0]["reads"] == (2 + 10) + (2 + 10)
    assert costs[2]["reads"] == (2 + 51) + (2 + 20)
    assert costs[0]["round_trips"] == costs[2]["round_trips"] == 4


def test_taking_over_while_the_bot_thinks_discards_its_answer(world: World, desk: Desk) -> None:
    world.dm("alice", "hello")
    world.deliver_webhooks()
    world.next_task_at()
    call = {"name": "send_instagram_message", "args": {"text": "too late"}}
    world.model_says({"calls": [call], "hold": "thinking"})
    with world.meanwhile_running_tasks():
        assert world.stack.gemini.gates.wait_for("thinking")
        page = desk.post(f"{desk.thread()}/take-over", minutes="30").text
        world.stack.gemini.gates.release("thinking")
    world.settle(60)
    assert "Owner took over" in page
    assert world.sent_to("alice") == []
    assert world.conversation("alice")["owner"] == "human"
    assert world.conversation("alice")["assignee"] == "owner"


def test_a_conversation_handed_back_is_answered_again(world: World, desk: Desk) -> None:
    world.dm("alice", "hello")
    world.settle()
    desk.post(f"{desk.thread()}/take-over", minutes="0")
    world.advance(3600 * 5)
    world.dm("alice", "are you there?")
    world.settle()
    assert len(world.sent_to("alice")) == 1
    desk.post(f"{desk.thread()}/hand-back")
    world.advance(60)
    world.dm("alice", "and now?")
    world.settle()
    assert len(world.sent_to("alice")) == 2


def test_closing_snoozing_and_reopening_are_told_and_recorded(world: World, desk: Desk) -> None:
    scene.person(world, "alice", owner="waiting", owner_reason="customer_request")
    assert "they asked for a person" in desk.get(desk.thread()).text
    desk.post(f"{desk.thread()}/close")
    assert world.conversation("alice")["status"] == "closed"
    assert world.conversation("alice")["owner"] == "bot"
    desk.post(f"{desk.thread()}/reopen")
    desk.post(f"{desk.thread()}/snooze", hours="4")
    stored = world.conversation("alice")
    assert stored["status"] == "scheduled"
    assert stored["scheduled_until"] == world.clock.now() + timedelta(hours=4)
    page = desk.get(desk.thread()).text
    assert "Owner closed the conversation" in page
    acts = [a["action"] for a in world.documents("audit")]
    assert {"close", "reopen", "snooze"} <= set(acts)


@pytest.mark.parametrize("until", ["yesterday", "2020-01-01T10:00", "2099-01-01T10:00", ""])
def test_a_senseless_snooze_is_refused(world: World, desk: Desk, until: str) -> None:
    scene.person(world, "alice")
    answer = desk.post(f"{desk.thread()}/snooze", until=until, hours="")
    assert answer.status_code == 400
    assert world.conversation("alice")["status"] == "open"


def test_labels_go_on_and_off_and_whose_it_is_is_shown(world: World, desk: Desk) -> None:
    scene.person(world, "alice")
    desk.post(f"{desk.thread()}/labels", label="  padel   club ")
    assert world.conversation("alice")["labels"] == ["padel club"]
    desk.post(f"{desk.thread()}/labels", remove="padel club")
    assert world.conversation("alice")["labels"] == []
    page = desk.post(f"{desk.thread()}/assign", to="owner").text
    assert "No longer mine" in page
    assert desk.post(f"{desk.thread()}/assign", to="nobody").status_code == 400


def test_what_was_seen_is_no_longer_unread(world: World, desk: Desk) -> None:
    scene.person(world, "alice", inbound_seq=4)
    assert "4 unread" in desk.get("/?tab=all").text
    desk.post(f"{desk.thread()}/seen", seq="3")
    assert "1 unread" in desk.get("/?tab=all").text
    desk.post(f"{desk.thread()}/seen", seq="999999")
    assert world.conversation("alice")["seen_seq"] == 4


def test_why_this_reply_opens_the_turns_trace(world: World, desk: Desk) -> None:
    world.dm("alice", "hello 🎾")
    world.settle()
    page = desk.get(desk.thread()).text
    found = re.search(r'href="/back_office(/conversations/[^"]+/turns/[^"]+)"', page)
    assert found
    trace = desk.get(found[1]).text
    assert "send_instagram_message" in trace
    assert "answered" in trace
    assert "🎾" in trace


def test_a_reply_of_the_bots_is_rated_with_a_comment(world: World, desk: Desk) -> None:
    world.dm("alice", "hello")
    world.settle()
    (reply,) = world.messages("alice", "outgoing")
    (bubble,) = re.findall(r'id="m-([^"]+)"[^>]*>\s*<div class="bubble">\s*<p class="from">'
                           r'<span[^>]*>✦', desk.get(desk.thread()).text)  # fmt: skip
    address = f"{desk.thread()}/messages/{bubble}/feedback"
    desk.post(address, verdict="down", comment="too long")
    (reply,) = world.messages("alice", "outgoing")
    assert (reply["feedback"], reply["feedback_comment"]) == ("down", "too long")
    assert reply["feedback_at"] == world.clock.now()
    desk.post(address, verdict="")
    assert "feedback" not in world.messages("alice", "outgoing")[0]
    assert desk.post(address, verdict="sideways").status_code == 400


@pytest.mark.parametrize("thread", ["nonsense", "1_2_3", "1_2"])
def test_what_is_no_conversation_is_not_found(desk: Desk, thread: str) -> None:
    assert desk.get(f"/conversations/{thread}").status_code == 404


def test_what_the_team_knows_is_kept_and_wrong_fields_keep_what_was_typed(
    world: World, desk: Desk
) -> None:
    thread = scene.person(world, "alice")
    good = {"email": "a@b.example", "sector": "sport", "custom": "size: 42\nlevel: B"}
    desk.post(f"/contacts/{thread}", **good)
    stored = world.store.document(f"contacts/{thread}").get().to_dict() or {}
    assert (stored["email"], stored["custom"]) == ("a@b.example", {"size": "42", "level": "B"})
    page = desk.post(f"/contacts/{thread}", email="no address", notes="typed <b>text</b>")
    assert page.status_code == 422
    assert "This is not an e-mail address." in page.text
    assert 'value="no address"' in page.text
    assert "typed &lt;b&gt;text" in page.text


def test_a_person_who_opted_out_in_the_office_is_not_answered(world: World, desk: Desk) -> None:
    world.dm("alice", "hello")
    world.settle()
    desk.post(f"/contacts/{world.thread('alice')}/opt", out="1")
    world.advance(60)
    world.dm("alice", "anybody?")
    world.settle()
    assert len(world.sent_to("alice")) == 1


def test_a_picture_that_no_turn_has_read_is_described_by_a_button(world: World, desk: Desk) -> None:
    world.owner_types("alice", "mine")
    world.deliver_webhooks()
    world.dm("alice", "", kind="image", url=_picture(world), mid="m1")
    world.settle()
    address = f"{desk.thread()}/messages/m1/describe"
    assert address in desk.get(desk.thread()).text
    world.model_says({"text": "A <menu> on a table."})
    page = desk.post(address).text
    assert "A &lt;menu&gt; on a table." in page
    assert address not in page
    assert world.messages("alice", "inbound")[0]["description"] == "A <menu> on a table."
    assert desk.post(f"{desk.thread()}/messages/none/describe").status_code == 400


def test_a_model_that_is_down_describes_nothing_and_says_so(world: World, desk: Desk) -> None:
    world.owner_types("alice", "mine")
    world.deliver_webhooks()
    world.dm("alice", "", kind="image", url=_picture(world), mid="m1")
    world.settle()
    world.model_says({"status": 503, "times": 9})
    answer = desk.post(f"{desk.thread()}/messages/m1/describe")
    assert answer.status_code == 400
    assert "could not describe it now" in answer.text
    assert "description" not in world.messages("alice", "inbound")[0]


def test_it_is_snoozed_until_an_instant_and_assigned_to_a_colleague(
    world: World, desk: Desk
) -> None:
    scene.person(world, "alice")
    colleague(desk, "Marta")
    assert 'type="datetime-local"' in desk.get(desk.thread()).text
    until = (world.clock.now() + timedelta(days=2)).replace(second=0, microsecond=0)
    desk.post(f"{desk.thread()}/snooze", until=until.isoformat())
    assert world.conversation("alice")["scheduled_until"] == until
    page = desk.get(f"{desk.thread()}/assign").text
    found = re.search(r'<option value="([^"]+)">Marta', page)
    assert found
    part = desk.get(f"{desk.thread()}/assign", headers={"HX-Request": "true"}).text
    assert found[1] in part
    assert "<html" not in part
    desk.post(f"{desk.thread()}/assign", to=found[1])
    assert world.conversation("alice")["assignee_name"] == "Marta"
