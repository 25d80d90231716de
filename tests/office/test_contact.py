"""The person: what is known of them, what happened, and what remains when they are forgotten."""

import json
import re

from emulators.gateway import credentials
from emulators.instagram.people import igsid_of
from services.domain import boundaries
from tests.agent.speaking import call, step
from tests.office.conftest import Desk
from tests.world import World

ALICE = igsid_of("alice")


def _history(desk: Desk) -> list[str]:
    listed = re.search(
        r'<ol class="plain boundaries">(.*?)</ol>', desk.get(desk.thread()).text, re.DOTALL
    )
    return re.findall(r"<li><span>([^<]+)<", listed[1]) if listed else []


def test_every_change_of_hands_and_state_is_listed_with_reason_and_name(
    world: World, desk: Desk
) -> None:
    hand = step(call("hand_to_human", reason="missing_knowledge", note=""))
    world.model_says(hand)
    world.dm("alice", "how high is your hall?")
    world.settle()
    desk.post(f"{desk.thread()}/messages", text="nine metres")
    desk.post(f"{desk.thread()}/messages", text="and a half")
    world.settle(60)
    desk.post(f"{desk.thread()}/close")
    world.advance(60)
    world.dm("alice", "thank you")
    world.settle(60)
    world.advance(1)
    world.owner_types("alice", "see you!")
    world.settle(60)
    desk.post(f"{desk.thread()}/hand-back")
    assert _history(desk) == [
        "Handed back to the bot",
        "Somebody wrote in the Instagram app",
        "Reopened by a new message",
        "Closed",
        "Handed back to the bot",
        "Taken over",
        "Waits for a person: the bot did not know",
    ]
    assert "<bdi>Owner</bdi>" in desk.get(desk.thread()).text


def test_a_reply_to_a_closed_conversation_reopens_it(world: World, desk: Desk) -> None:
    world.dm("alice", "hello")
    world.settle()
    desk.post(f"{desk.thread()}/close")
    desk.post(f"{desk.thread()}/messages", text="one more thing")
    assert _history(desk) == ["Reopened", "Taken over", "Closed"]


def test_only_the_last_twenty_changes_are_kept(world: World) -> None:
    known: list[boundaries.Boundary] = []
    for n in range(30):
        known = boundaries.added(known, "bot" if n % 2 else "human", world.clock.now(), by=str(n))
        known = boundaries.added(known, "bot" if n % 2 else "human", world.clock.now(), by=str(n))
    assert [boundary["by"] for boundary in known] == [str(n) for n in range(10, 30)]


def test_a_linked_account_is_shown_and_unlinked(world: World, desk: Desk) -> None:
    world.dm("alice", "hello")
    world.settle()
    thread, now = world.thread("alice"), world.clock.now()
    linked = {"connected_at": now, "connected_user_id": "member-7"}
    world.store.document(f"contacts/{thread}").set(linked, merge=True)
    world.store.document(f"conversations/{thread}").set({"connected_at": now}, merge=True)
    assert "member-7" in desk.get(desk.thread()).text
    desk.post(f"/contacts/{thread}/unlink")
    assert "member-7" not in desk.get(desk.thread()).text
    assert "connected_at" not in world.conversation("alice")
    world.store.document(f"contacts/{thread}").set(linked, merge=True)
    headers = {"x-admin-token": credentials.ADMIN_TOKEN}
    assert desk.http.post(f"/api/contacts/{thread}/unlink", headers=headers).status_code == 200
    again = desk.post(f"/contacts/{thread}/unlink")
    assert (again.status_code, "not connected" in again.text) == (400, True)


def test_a_person_is_exported_whole_and_forgotten_everywhere(world: World, desk: Desk) -> None:
    world.dm("alice", "hello")
    world.settle()
    thread = world.thread("alice")
    desk.post(f"/contacts/{thread}", email="alice@wonder.example", custom="court: 3")
    desk.post(f"{desk.thread()}/labels", label="vip")
    reply = next(m for m in world.messages("alice") if m["role"] == "bot")
    desk.post(f"{desk.thread()}/messages/{reply['turn_id']}-0/feedback", verdict="up", comment="A!")
    desk.post("/live/here", thread=thread)
    exported = desk.get(f"/contacts/{thread}/export.json").json()
    assert (exported["contact"]["email"], len(exported["messages"])) == ("alice@wonder.example", 3)
    assert "Nothing was deleted" in desk.post(f"/contacts/{thread}/delete", confirm="alice").text
    desk.post(f"/contacts/{thread}/delete", confirm=ALICE)
    left = [d for c in world.store.collections() for d in c.stream()]
    written = json.dumps([[d.id, d.to_dict()] for d in left], default=str)
    assert "contact_deleted" in written
    assert ALICE not in written
    assert "alice@wonder.example" not in written
