"""The account page: pausing holds everything back, and the self-test says what is wrong."""

from tests.office import scene
from tests.office.conftest import Desk, colleague
from tests.world import World


def test_a_paused_account_sends_nothing_until_it_is_resumed(world: World, desk: Desk) -> None:
    world.dm("alice", "hello")
    desk.post("/account/pause")
    world.settle(60)
    assert world.sent_to("alice") == []
    assert "Paused" in desk.get("/account").text
    page = desk.post("/account/resume").text
    assert "Resumed: 1 waiting conversation set going." in page
    world.settle(60)
    assert len(world.sent_to("alice")) == 1
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
