"""Sending a file from the office: checked by what it is, uploaded once, sent once, shown."""

import re
from datetime import timedelta

import pytest

from tests.office import scene
from tests.office.conftest import Desk
from tests.world import World

KEY = "0123456789abcdef0123456789abcdef"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


def _send(desk: Desk, content: bytes = PNG, name: str = "menü.png", **fields: str) -> str:
    form = {"csrf": desk.token(), "text": "", "key": "", **fields}
    file = {"file": (name, content, "image/png")}
    answer = desk.http.post(f"{desk.thread()}/messages", data=form, files=file)
    return answer.text


def _alice(world: World) -> None:
    scene.person(world, "alice")
    world.instagram_knows("alice")


def _arrived(world: World) -> list[dict[str, object]]:
    found = world.http.get(f"{world.stack.instagram_url}/_sim/sent").json()
    return [item for item in found if item.get("attachments")]


@pytest.mark.parametrize(
    "course",
    [{}, {"echo": "before"}, {"apply": True, "drop": True}],
    ids=["echo after", "echo before", "answer lost"],
)
def test_a_picture_is_sent_before_its_words_and_shown_as_instagram_has_it(
    world: World, desk: Desk, course: dict[str, object]
) -> None:
    _alice(world)
    world.instagram_does(course)
    page = _send(desk, text="our <menu>", key=KEY)
    assert "menü.png" in page
    _send(desk, text="our <menu>", key=KEY)
    world.settle(60)
    assert len(_arrived(world)) == 1
    assert world.sent_to("alice") == [None, "our <menu>"]
    page = desk.get(desk.thread()).text
    (address,) = re.findall(r'<img src="([^"]+)"', page)
    assert world.http.get(address.replace("&amp;", "&")).content == PNG
    assert "Sent" in page


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"<html>", "Instagram takes pictures"), (PNG + b"0" * 8_000_000, "This file is too large")],
)
def test_a_file_that_instagram_would_not_take_is_refused_and_the_words_stay(
    world: World, desk: Desk, content: bytes, words: str
) -> None:
    _alice(world)
    page = _send(desk, content, text="precious <words>")
    assert words in page
    assert "precious &lt;words&gt;" in page
    assert world.messages("alice", "outgoing") == []


def test_a_private_note_carries_no_file_and_keeps_its_words(world: World, desk: Desk) -> None:
    _alice(world)
    page = _send(desk, text="see the picture", kind="note")
    assert "A note carries no file." in page
    assert "see the picture</textarea>" in page
    assert world.messages("alice", "internal") == []


@pytest.mark.parametrize("fault", [{"code": 100, "subcode": 2018047}, {"drop": True}])
def test_an_upload_that_fails_queues_nothing_and_says_why(
    world: World, desk: Desk, fault: dict[str, object]
) -> None:
    _alice(world)
    world.instagram_does({"on": "upload", **fault})
    page = _send(desk, text="please wait")
    assert 'role="alert"' in page
    assert "please wait" in page
    assert world.messages("alice", "outgoing") == []
    _send(desk)
    world.settle(60)
    assert len(_arrived(world)) == 1


def test_a_picture_that_was_not_delivered_is_sent_again_without_a_second_upload(
    world: World, desk: Desk
) -> None:
    _alice(world)
    world.instagram_does({"code": 551})
    _send(desk)
    world.settle(60)
    (failed,) = re.findall(r'messages/([^/"]+)/retry', desk.get(desk.thread()).text)[:1]
    desk.post(f"{desk.thread()}/messages/{failed}/retry")
    world.settle(60)
    assert len(_arrived(world)) == 1


def test_a_picture_is_not_uploaded_for_a_closed_window(world: World, desk: Desk) -> None:
    ms = int((world.clock.now() - timedelta(days=8)).timestamp() * 1000)
    scene.person(world, "alice", last_inbound_at=ms)
    assert "7 days" in _send(desk)
    assert world.stack.instagram.core.uploaded == {}


def test_a_body_larger_than_any_file_is_refused_in_words(world: World, desk: Desk) -> None:
    _alice(world)
    assert "This file is too large" in _send(desk, b"%PDF-" + b"0" * 25_600_000)
