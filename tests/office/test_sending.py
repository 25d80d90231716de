"""Writing by hand: it goes out once, the bot falls silent, and what fails says so."""

from datetime import timedelta

from tests.office import scene
from tests.office.conftest import Desk
from tests.world import World

KEY = "0123456789abcdef0123456789abcdef"


def _hello(world: World) -> None:
    world.dm("alice", "hello")
    world.settle()


def test_a_reply_is_sent_and_the_conversation_is_the_operators(world: World, desk: Desk) -> None:
    _hello(world)
    page = desk.post(f"{desk.thread()}/messages", text="  A person here.  ")
    assert page.url.path == f"/back_office{desk.thread()}"
    assert "Queued" in page.text
    world.settle(60)
    assert world.sent_to("alice")[-1] == "A person here."
    stored = world.conversation("alice")
    assert (stored["owner"], stored["assignee_name"]) == ("human", "Owner")
    assert "Sent" in desk.get(desk.thread()).text
    assert [a["operator_name"] for a in world.documents("audit") if a["action"] == "reply"]


def test_a_button_pressed_twice_sends_once(world: World, desk: Desk) -> None:
    _hello(world)
    for _ in range(2):
        desk.post(f"{desk.thread()}/messages", text="once", key=KEY)
    world.settle(60)
    assert world.sent_to("alice").count("once") == 1


def test_every_reply_is_recorded_whatever_key_it_comes_with(world: World, desk: Desk) -> None:
    _hello(world)
    desk.post(f"{desk.thread()}/labels", label="vip")
    (entry,) = world.store.collection("audit").stream()
    desk.post(f"{desk.thread()}/messages", text="unseen", key=entry.id)
    acts = [a["action"] for a in world.documents("audit")]
    assert sorted(acts) == ["label", "reply"]


def test_a_long_reply_goes_in_parts_that_are_shown_beforehand(world: World, desk: Desk) -> None:
    _hello(world)
    text = "A sentence that is long enough to count. " * 40
    assert "Will be sent as 2 messages" in desk.post(f"{desk.thread()}/split", text=text).text
    desk.post(f"{desk.thread()}/messages", text=text)
    world.settle(60)
    assert len(world.sent_to("alice")) == 3


def test_after_seven_days_a_reply_is_refused_and_what_was_typed_is_kept(
    world: World, desk: Desk
) -> None:
    ms = int((world.clock.now() - timedelta(days=8)).timestamp() * 1000)
    scene.person(world, "alice", last_inbound_at=ms)
    assert "Seven days are over" in desk.get(desk.thread()).text
    page = desk.post(f"{desk.thread()}/messages", text="precious <words>")
    assert page.status_code == 422
    assert "precious &lt;words&gt;" in page.text
    assert 'role="alert"' in page.text
    assert world.messages("alice", "outgoing") == []


def test_an_empty_reply_is_refused_beside_the_field(world: World, desk: Desk) -> None:
    _hello(world)
    page = desk.post(f"{desk.thread()}/messages", text="   ")
    assert page.status_code == 422
    assert "The message is empty." in page.text


def test_a_failed_send_says_why_and_a_retry_sends_it(world: World, desk: Desk) -> None:
    _hello(world)
    world.instagram_does({"code": 551})
    desk.post(f"{desk.thread()}/messages", text="did you get this?")
    world.settle(60)
    page = desk.get(desk.thread()).text
    assert "Failed" in page
    assert "Retry" in page
    assert "Failed send" in desk.get("/?tab=all").text
    assert "did you get this?" in desk.get("/operate/queue/failed").text
    (failed,) = [m for m in world.store.collection_group("messages").stream()
                 if (m.to_dict() or {}).get("status") == "failed"]  # fmt: skip
    desk.post(f"{desk.thread()}/messages/{failed.id}/retry")
    world.settle(60)
    assert world.sent_to("alice")[-1] == "did you get this?"
    assert "Failed send" not in desk.get("/?tab=all").text


def test_canned_answers_are_filled_in_for_the_person(world: World, desk: Desk) -> None:
    scene.person(world, "alice")
    desk.post("/canned", name="/Hours", text="Hi {name}, {operator} of {business}: 8 to 23.")
    found = desk.get(f"{desk.thread()}/canned.json").json()
    assert found == {
        "answers": [{"name": "hours", "text": "Hi Alice, Owner of our team: 8 to 23."}]
    }
    page = desk.post("/canned", name="two words", text="kept <b>")
    assert page.status_code == 422
    assert "kept &lt;b&gt;" in page.text
    desk.post("/canned/remove", name="hours")
    assert desk.get(f"{desk.thread()}/canned.json").json() == {"answers": []}
