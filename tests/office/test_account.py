"""The account page: pausing holds everything back, and the self-test says what is wrong."""

import re

import pytest

from emulators.gateway import credentials
from emulators.instagram.people import igsid_of
from services import bootstrap
from tests.agent.speaking import says
from tests.office import scene
from tests.office.conftest import Desk, colleague
from tests.world import ACCOUNT, World


def test_a_paused_account_sends_nothing_until_it_is_resumed(world: World, desk: Desk) -> None:
    world.dm("alice", "hello")
    world.settle()
    desk.post("/account/pause")
    desk.post(f"{desk.thread()}/messages", text="by hand")
    world.settle(60)
    assert "by hand" not in world.sent_to("alice")
    assert "Paused" in desk.get("/account").text
    page = desk.post("/account/resume").text
    assert "Resumed: 1 waiting conversation set going." in page
    world.settle(60)
    assert world.sent_to("alice")[-1] == "by hand"
    acts = [a["action"] for a in world.documents("audit")]
    assert {"account_paused", "account_resumed"} <= set(acts)


def test_the_self_test_says_what_it_looked_at(world: World, desk: Desk) -> None:
    page = desk.post("/account/self-test").text
    assert "token:" in page


def test_a_person_is_exported_and_deleted_once_confirmed(world: World, desk: Desk) -> None:
    world.dm("alice", "my secret hobby")
    world.settle()
    contact = f"/contacts/{world.thread('alice')}"
    assert "my secret hobby" in desk.get(f"{contact}/export.json").text
    assert desk.post(f"{contact}/delete", confirm="alice").status_code == 400
    assert world.messages("alice")
    desk.post(f"{contact}/delete", confirm=world.thread("alice").partition("_")[2])
    assert world.messages("alice") == []
    assert desk.get(desk.thread()).status_code == 404


def test_agents_neither_pause_export_nor_delete(world: World, desk: Desk) -> None:
    other, thread = colleague(desk), scene.person(world, "alice")
    assert other.post("/account/pause").status_code == 403
    assert other.get(f"/contacts/{thread}/export.json").status_code == 403
    assert other.post(f"/contacts/{thread}/delete", confirm="1").status_code == 403
    assert "Delete this person" not in other.get(other.thread()).text


def test_a_new_token_is_checked_stored_and_never_shown(world: World, desk: Desk) -> None:
    page = desk.post("/account/token", token="not a token")
    assert (page.status_code, "This is not an access token" in page.text) == (422, True)
    page = desk.post("/account/token", token=credentials.ACCESS_TOKEN)
    assert "Instagram knows it as @" in page.text
    assert credentials.ACCESS_TOKEN not in page.text
    assert credentials.ACCESS_TOKEN not in desk.get("/account").text
    assert credentials.ACCESS_TOKEN not in str(world.documents("audit"))


SECOND = "17841400000000002"


def _token_of(world: World, account_id: str, username: str) -> str:
    """The token of another account, as its owner's log-in gives it."""
    said = {"new": True, "account_id": account_id, "username": username}
    answer = world.http.post(f"{world.stack.instagram_url}/_sim/token", json=said)
    return str(answer.json()["token"])


def test_one_more_account_is_connected_and_answered_without_a_new_deployment(
    world: World, desk: Desk
) -> None:
    token = _token_of(world, SECOND, "second_shop")
    page = desk.post("/account/new", token=f" {token} ").text
    assert "Connected: @second_shop." in page
    assert "All webhook fields are subscribed." in page
    assert token not in page + str(world.documents("audit")) + str(world.documents("accounts"))
    assert bootstrap.services("back_office").secrets.latest(f"instagram-token-{SECOND}") == token
    world.instagram_knows("alice")
    now = int(world.clock.now().timestamp() * 1000)
    parties = {"sender": {"id": igsid_of("alice")}, "recipient": {"id": SECOND}}
    item = {**parties, "timestamp": now, "message": {"mid": "m_second", "text": "hello"}}
    entry = {"id": SECOND, "time": now, "messaging": [item]}
    world.post_webhook({"object": "instagram", "entry": [entry]})
    world.settle(60)
    assert len(world.sent_to("alice")) == 1
    assert world.store.document(f"conversations/{SECOND}_{igsid_of('alice')}").get().exists


def test_a_token_that_nobody_accepts_adds_nothing_and_says_why(world: World, desk: Desk) -> None:
    page = desk.post("/account/new", token="EAAx" + "x" * 40)
    assert (page.status_code, "Instagram does not accept this token" in page.text) == (422, True)
    assert world.documents("accounts") == []
    assert desk.post("/account/pause?account=999").status_code == 404
    assert world.documents("accounts") == []


def test_a_project_without_the_right_says_how_it_is_given(world: World, desk: Desk) -> None:
    token = _token_of(world, SECOND, "second_shop")
    fault = {"rpc": "AddSecretVersion", "code": "PERMISSION_DENIED"}
    world.stack.secrets.faults.add(fault)
    page = desk.post("/account/new", token=token)
    assert (page.status_code, "./dev deploy gives the missing rights" in page.text) == (422, True)
    assert world.documents("accounts") == []


def test_a_permission_of_metas_is_noted_so_that_a_person_may_answer_later(
    world: World, desk: Desk
) -> None:
    yesterday = int((world.clock.now().timestamp() - 25 * 3600) * 1000)
    scene.person(world, "alice", last_inbound_at=yesterday)
    assert desk.post(f"{desk.thread()}/messages", text="late").status_code == 422
    desk.post("/account/human-agent", granted="yes")
    assert desk.post(f"{desk.thread()}/messages", text="late").status_code == 200
    desk.post("/account/human-agent", granted="no")
    assert desk.post(f"{desk.thread()}/messages", text="later").status_code == 422


def test_one_accounts_bot_differs_from_all(world: World, desk: Desk) -> None:
    desk.post("/account/bot", bot="off")
    assert world.store.document(f"settings/{ACCOUNT}").get().to_dict() == {"bot": "off"}
    assert '<option value="off" selected>' in desk.get("/account").text
    desk.post("/account/bot", bot="")
    assert world.store.document(f"settings/{ACCOUNT}").get().to_dict() == {}
    assert desk.post("/account/bot", bot="loud").status_code == 422


def test_a_message_that_was_given_up_is_answered_again(world: World, desk: Desk) -> None:
    world.dm("alice", "hello")
    world.settle()
    thread = f"conversations/{world.thread('alice')}"
    (stored,) = [
        m for m in world.store.collection(f"{thread}/messages").stream()
        if (m.to_dict() or {})["direction"] == "inbound"
    ]  # fmt: skip
    stored.reference.update({"status": "failed", "error": "tried too often"})
    page = desk.get("/operate/events?which=failed").text
    (address,) = re.findall(r'action="/back_office(/operate/events/[^"]+/again)"', page)
    desk.post(address)
    world.settle(60)
    assert world.statuses("alice") == ["processed"]
    assert len(world.sent_to("alice")) == 2
    assert desk.post(address).status_code == 400


def test_a_message_that_was_given_up_is_answered_after_the_conversation_was_handed_back(
    world: World, desk: Desk
) -> None:
    world.configure(max_attempts=1)
    world.model_says({"status": 503, "times": 50})
    for text in ("one", "two"):
        world.dm("alice", text)
        world.settle(3600)
    world.http.delete(f"{world.stack.gemini_url}/_sim/script")
    assert world.conversation("alice")["owner_reason"] == "model_failure"
    (address, *_) = re.findall(
        r'action="/back_office(/operate/events/[^"]+/again)"',
        desk.get("/operate/events?which=failed").text,
    )
    refused = desk.post(address)
    assert (refused.status_code, "Hand the conversation back first." in refused.text) == (400, True)
    before = [(m["text"], m["created_at"]) for m in world.messages("alice", "inbound")]
    desk.post(f"{desk.thread()}/hand-back")
    world.advance(5)
    world.model_says(says("Here I am."))
    desk.post(address)
    world.settle(60)
    assert world.sent_to("alice") == ["Here I am."]
    assert sorted(world.statuses("alice")) == ["failed", "processed"]
    assert [(m["text"], m["created_at"]) for m in world.messages("alice", "inbound")] == before
    assert desk.get("/operate/events?which=failed").text.count("/again") == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "closed"}, "Reopen the conversation first."),
        ({"opted_out_at": 1}, "wants no answers from the bot"),
        ({"bot": "off"}, "Switch the bot on first."),
        ({"last_inbound_at": 1}, "It is too late"),
    ],
)
def test_what_no_turn_would_answer_stays_given_up_and_says_why(
    world: World, desk: Desk, fields: dict[str, object], words: str
) -> None:
    world.configure(reopen_on_message=False)
    thread = scene.person(world, "alice", **fields)
    scene.messages(world, thread, 1, status="failed")
    refused = desk.post(f"/operate/events/{thread}/m00000/again")
    assert (refused.status_code, words in refused.text) == (400, True)
    assert world.statuses("alice") == ["failed"]
