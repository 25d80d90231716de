"""The phone page: what it serves, shows and does."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from emulators.gateway.phone import STATIC
from emulators.instagram.payloads import KINDS
from tests.world import World


def _state(world: World, who: str) -> Any:
    return world.http.get(f"{world.stack.url}/_local/state", params={"with": who}).json()


def _post(world: World, path: str, body: dict[str, Any]) -> httpx.Response:
    return world.http.post(f"{world.stack.url}/_local/{path}", json=body)


def _pushed(response: httpx.Response) -> Iterator[Any]:
    for line in response.iter_lines():
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


def test_the_page_loads_nothing_from_elsewhere(world: World) -> None:
    page = world.http.get(world.stack.url)
    assert (page.status_code, "Moca" in page.text) == (200, True)
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert not any("//" in part for part in page.text.split('"') if part.startswith(("http", "//")))


@pytest.mark.parametrize("name", ["phone.js", "phone.css"])
def test_its_files_are_served(world: World, name: str) -> None:
    file = world.http.get(f"{world.stack.url}/_local/static/{name}")
    assert (file.status_code, file.text) == (200, (STATIC / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("markup", ["innerHTML", "outerHTML", "insertAdjacent", "document.write"])
def test_what_people_write_never_becomes_markup(markup: str) -> None:
    assert markup not in (STATIC / "phone.js").read_text(encoding="utf-8")


def test_a_customer_writes_and_sees_the_reply(world: World) -> None:
    _post(world, "dm", {"from": "alice", "text": "<b>hello</b>"})
    world.settle()
    chat = _state(world, "alice")["chat"]["messages"]
    assert [message["from"] for message in chat] == ["person", "api"]
    assert chat[0]["text"] == "<b>hello</b>"


def test_the_system_beside_it_shows_states_and_waiting_tasks(world: World) -> None:
    _post(world, "dm", {"from": "alice", "text": "hello"})
    world.deliver_webhooks()
    system = _state(world, "alice")["system"]
    assert [message["status"] for message in system["messages"]] == ["pending"]
    assert [task["queue"] for task in system["tasks"]] == ["dm-processing"]
    assert system["conversation"]["owner"] == "bot"


def test_the_system_says_in_a_sentence_why_a_reply_did_not_go(world: World) -> None:
    _post(world, "dm", {"from": "alice", "text": "hello"})
    world.instagram_does({"code": 551, "subcode": 1545041})
    world.settle()
    replies = [m for m in _state(world, "alice")["system"]["messages"] if m["role"] == "bot"]
    said = ["The person cannot be written to now (error 551/1545041)."]
    assert [reply["error"] for reply in replies] == said


def test_the_owner_writes_in_the_app_and_the_thread_is_human(world: World) -> None:
    _post(world, "dm", {"from": "alice", "text": "hello"})
    world.settle()
    _post(world, "owner", {"to": "alice", "text": "I take over"})
    world.settle()
    assert _state(world, "alice")["system"]["conversation"]["owner"] == "human"


def test_people_are_listed_with_their_last_words(world: World) -> None:
    _post(world, "dm", {"from": "alice", "text": "first"})
    _post(world, "dm", {"from": "bob", "text": "second"})
    listed = [(person["name"], person["last"]["text"]) for person in _state(world, "")["people"]]
    assert listed == [("bob", "second"), ("alice", "first")]


@pytest.mark.parametrize(
    ("deed", "words"),
    [
        ({"kind": "postback"}, ("Get started", "postback")),
        ({"kind": "image"}, (None, "image")),
        ({"text": "oops"}, ("oops", "text")),
    ],
)
def test_what_has_no_words_is_listed_by_its_kind(
    world: World, deed: dict[str, Any], words: tuple[str | None, str]
) -> None:
    _post(world, "dm", {"from": "alice", **deed})
    (alice,) = _state(world, "")["people"]
    assert (alice["last"]["text"], alice["last"]["kind"]) == words
    _post(world, "dm", {"from": "alice", "kind": "unsend"})
    (alice,) = _state(world, "")["people"]
    assert (alice["last"]["text"], alice["last"]["kind"]) == (None, "unsent")


def test_pictures_come_from_the_local_instagram_only(world: World) -> None:
    policy = world.http.get(world.stack.url).headers["Content-Security-Policy"]
    assert f"img-src 'self' data: {world.stack.instagram_url};" in policy


@pytest.mark.parametrize("body", [{}, {"from": "alice", "kind": "telepathy"}])
def test_a_deed_that_is_none_is_refused_with_a_sentence(world: World, body: Any) -> None:
    refused = _post(world, "dm", body)
    assert (refused.status_code, bool(refused.json()["error"])) == (400, True)


def test_an_open_page_is_told_of_a_message_as_it_comes(world: World) -> None:
    url = f"{world.stack.url}/_local/live?with=alice"
    with world.http.stream("GET", url) as response:
        pushed = _pushed(response)
        assert next(pushed)["chat"]["messages"] == []
        _post(world, "dm", {"from": "alice", "text": "hello"})
        assert [message["text"] for message in next(pushed)["chat"]["messages"]] == ["hello"]


def test_the_page_offers_every_kind_and_each_can_be_sent(world: World) -> None:
    groups = world.http.get(f"{world.stack.url}/_local/kinds").json()
    offered = {one["kind"] for group in groups for one in group["kinds"]}
    assert offered >= set(KINDS) - {"attachment"}
    _post(world, "dm", {"from": "alice", "text": "hello"})
    world.settle()
    for kind in sorted(offered):
        answer = _post(world, "dm", {"from": "alice", "kind": kind, "text": "words"})
        assert answer.status_code == 200, (kind, answer.text)
    world.settle()
    assert all(d.statuses == [200] for d in world.stack.instagram.webhooks.delivered())


def test_the_owner_can_send_what_the_page_offers_them(world: World) -> None:
    groups = world.http.get(f"{world.stack.url}/_local/kinds").json()
    offered = [one["kind"] for group in groups for one in group["kinds"] if one["owner"]]
    for kind in set(offered) - {"text", "unsend"}:
        words = {"to": "alice", "attachments": [{"type": kind}]}
        assert _post(world, "owner", words).status_code == 200
    assert _post(world, "owner", {"to": "alice", "kind": "unsend"}).status_code == 200
    world.settle()
    assert len(world.messages("alice", "outgoing")) == len(offered) - 1
