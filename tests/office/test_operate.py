"""Operating: what is held back, tried again and looked through, page by page."""

import re
from datetime import timedelta

from tests.agent.speaking import says
from tests.office import scene
from tests.office.conftest import Desk, colleague
from tests.world import ACCOUNT, World


def test_sending_is_paused_and_resumed_above_the_queue(world: World, desk: Desk) -> None:
    world.model_says(says("First."))
    world.dm("alice", "hello")
    world.settle()
    assert "Paused: nothing goes out" in desk.post(f"/operate/accounts/{ACCOUNT}/pause").text
    world.advance(6)
    desk.post(f"{desk.thread()}/messages", text="held back")
    world.settle(60)
    page = desk.get("/operate/queue").text
    assert "Resume sending" in page
    assert "held back" in page
    assert world.sent_to("alice") == ["First."]
    assert (
        "1 waiting conversation set going" in desk.post(f"/operate/accounts/{ACCOUNT}/resume").text
    )
    world.settle(60)
    assert world.sent_to("alice") == ["First.", "held back"]
    assert "Nothing is on the way" in desk.get("/operate/queue").text


def test_only_admins_hold_everything_back_and_only_known_accounts(world: World, desk: Desk) -> None:
    agent = colleague(desk)
    assert "Pause all sending" not in agent.get("/operate/queue").text
    assert agent.post(f"/operate/accounts/{ACCOUNT}/pause").status_code == 403
    assert desk.post("/operate/accounts/123/pause").status_code == 404
    assert desk.post(f"/operate/accounts/{ACCOUNT}/nonsense").status_code == 404


def test_a_failed_message_is_tried_again_once_however_often_it_is_asked_for(
    world: World, desk: Desk
) -> None:
    world.model_says(says("Hello."))
    world.instagram_does({"code": 100})
    world.dm("alice", "hello")
    world.settle()
    page = desk.get("/operate/queue/failed").text
    found = re.search(r'action="/back_office(/operate/queue/[^"]+/retry)"', page)
    assert found
    for _ in range(2):
        desk.post(found[1])
    world.settle(60)
    assert world.sent_to("alice")[-1].endswith("Hello.")
    assert len(world.sent_to("alice")) == 1
    page = desk.get("/operate/queue/failed").text
    assert "Sent once more" in page
    assert "/retry" not in page


def test_what_nobody_is_sure_of_is_settled_by_a_person(world: World, desk: Desk) -> None:
    thread = scene.person(world, "alice")
    item = {"direction": "outgoing", "role": "bot", "status": "failed", "unsettled": True}
    scene.messages(world, thread, 1, **item)
    assert "It arrived" in desk.get("/operate/queue/failed").text
    desk.post(f"/operate/queue/{thread}/m00000/arrived")
    assert world.statuses("alice", "outgoing") == ["sent"]
    assert "Nothing failed" in desk.get("/operate/queue/failed").text


def test_lists_are_paged_each_row_once_with_its_persons_name(world: World, desk: Desk) -> None:
    thread, now = scene.person(world, "alice"), world.clock.now()
    batch = world.store.batch()
    for n in range(120):
        at = now - timedelta(seconds=n // 70)  # many of one instant
        turn = {"account_id": ACCOUNT, "outcome": "answered", "ended_at": at}
        batch.set(world.store.document(f"conversations/{thread}/turns/t{n}"), turn)
    batch.commit()
    world.store.document(f"conversations/{thread}").update({"contact_name": "Alice"})
    seen: list[str] = []
    path: str | None = "/operate/turns"
    while path:
        page = desk.get(path).text
        seen += re.findall(r'/turns/(t\d+)"', page)
        more = re.search(r'href="/back_office(/operate/turns\?[^"]+)"', page)
        path = more[1].replace("&amp;", "&") if more else None
    assert len(seen) == len(set(seen)) == 120
    assert "<bdi>Alice</bdi>" in desk.get("/operate/turns").text


def test_the_audit_log_says_who_did_what_to_whom(world: World, desk: Desk) -> None:
    thread = scene.person(world, "alice", contact_name="Alice")
    colleague(desk, "Marta", "admin").post(f"/contacts/{thread}", email="a@b.example")
    page = desk.get("/operate/audit").text
    for words in ("Marta", "changed a contact", "email", "<bdi>Alice</bdi>"):
        assert words in page
    assert "a@b.example" not in page
