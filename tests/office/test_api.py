"""The JSON API: the same acts, described by its own document."""

import pytest

from admin.openapi import document
from emulators.gateway import credentials
from tests.office import scene
from tests.office.conftest import Desk
from tests.world import World

TOKEN = {"x-admin-token": credentials.ADMIN_TOKEN}


def test_a_script_lists_reads_answers_and_closes(world: World, stranger: Desk) -> None:
    world.dm("alice", "hello")
    world.settle()
    thread = world.thread("alice")
    (row,) = stranger.get("/api/conversations", headers=TOKEN).json()["conversations"]
    assert (row["id"], row["owner"]) == (thread, "bot")
    found = stranger.get(f"/api/conversations/{thread}", headers=TOKEN).json()
    assert [m["role"] for m in found["messages"]] == ["user", "bot"]
    base = f"/api/conversations/{thread}"
    sent = stranger.http.post(f"{base}/messages", json={"text": "by script"}, headers=TOKEN)
    assert sent.status_code == 202
    world.settle(60)
    assert world.sent_to("alice")[-1] == "by script"
    stranger.http.post(f"{base}/close", headers=TOKEN)
    assert world.conversation("alice")["status"] == "closed"


def test_settings_are_read_and_changed_all_or_none(world: World, stranger: Desk) -> None:
    address = "/api/settings/default"
    bad = {"business_name": "x", "cooldown_seconds": "soon"}
    refused = stranger.http.post(address, json=bad, headers=TOKEN)
    assert (refused.status_code, set(refused.json()["problems"])) == (422, {"cooldown_seconds"})
    good = {"business_name": "Nova", "cooldown_seconds": 3}
    assert stranger.http.post(address, json=good, headers=TOKEN).status_code == 200
    settings = stranger.get(address, headers=TOKEN).json()["settings"]
    assert (settings["business_name"], settings["cooldown_seconds"]) == ("Nova", 3)


@pytest.mark.parametrize("body", [b"[1]", b"{", b"null", b'"x"'])
def test_a_senseless_body_is_refused(world: World, stranger: Desk, body: bytes) -> None:
    scene.person(world, "alice")
    address = f"/api/conversations/{world.thread('alice')}/label"
    answer = stranger.http.post(address, content=body, headers=TOKEN)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_every_path_of_the_document_exists(world: World, stranger: Desk) -> None:
    scene.person(world, "alice")
    names = {"{thread_id}": world.thread("alice"), "{scope}": "default"}
    for path, methods in document()["paths"].items():
        for name, value in names.items():
            path = path.replace(name, value)  # noqa: PLW2901 (filled in)
        for method in methods:
            body = {"text": "hi", "label": "x"} if "settings" not in path else {}
            sent = body if method == "post" else None
            answer = stranger.http.request(method, f"/api{path}", headers=TOKEN, json=sent)
            assert answer.status_code in (200, 202), (path, answer.text)
    assert stranger.get("/api/openapi.json", headers=TOKEN).json()["openapi"] == "3.1.0"
