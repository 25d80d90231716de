"""What the timeline makes of everything that Instagram says."""

import json
import re
from pathlib import Path

import pytest

from tests.office import scene
from tests.office.conftest import Desk
from tests.world import ACCOUNT, World

PAYLOADS = Path(__file__).parents[1] / "payloads"
SOMEBODY = f"/conversations/{ACCOUNT}_1784000000000042"
#: Payload → what its line says.
SHOWN = {
    "ad_referral": ("Came by an advertisement", "Our ad", "Hello"),
    "attachment_audio": ("<audio", "Describe"),
    "attachment_ephemeral": ("View-once picture or video",),
    "attachment_file": ("File", "Open it"),
    "attachment_image": ("<img", "Describe"),
    "attachment_location": ("Location", "Open it"),
    "attachment_of_tomorrow": ("Attachment: hologram",),
    "attachment_template": ("Live location",),
    "attachment_video": ("<video",),
    "attachment_without_url": ("Picture",),
    "ig_reel": ("Reel", "Open it"),
    "ig_story": ("Story", "Open it"),
    "inline_reply": ("In answer to:", "An earlier message", "that one"),
    "postback": ("Tapped a button",),
    "quick_reply": ("Tapped a quick reply",),
    "share": ("Shared", "Open it"),
    "shop_referral": ("Asks about a product", "77"),
    "story_mention": ("Mentioned you in their story", "Open it"),
    "story_reply": ("Replied to your story", "Open it"),
    "text_emoji": ("bubble",),
    "unsupported": ("Instagram shows this message only in its app",),
}


def _line(page: str, mark: str) -> str:
    """The line of the page that holds `mark`, without the others."""
    return next(line for line in re.split(r'<li class="line', page) if mark in line)


def test_every_kind_of_message_is_shown_as_what_it_is(world: World, desk: Desk) -> None:
    first = int(world.clock.now().timestamp() * 1000) - 60_000
    for number, (name, _) in enumerate(sorted(SHOWN.items())):
        raw = (PAYLOADS / f"{name}.json").read_text(encoding="utf-8")
        raw = raw.replace("aWdfZAG1fSAMPLE", f"mid-{name}")
        raw = raw.replace("1793609998000", str(first + number))
        assert world.post_webhook(json.loads(raw)["body"]).status_code == 200
    page = desk.get(SOMEBODY).text
    wrong = {
        name: [word for word in words if word not in _line(page, f'data-mid="mid-{name}"')]
        for name, words in SHOWN.items()
    }
    assert {name: missing for name, missing in wrong.items() if missing} == {}


def test_a_reaction_stands_on_its_message_until_it_is_taken_back(world: World, desk: Desk) -> None:
    world.dm("alice", "hello")
    world.settle()
    (reply,) = world.messages("alice", "outgoing")
    for kind, reacts in (("reaction", True), ("unreact", False), ("reaction", True)):
        world.dm("alice", "", kind=kind, target=reply["mid"])
        world.deliver_webhooks()
        world.advance(1)
        for path in (desk.thread(), f"{desk.thread()}/newest"):
            line = _line(desk.get(path).text, f'data-mid="{reply["mid"]}"')
            assert ("The customer reacted" in line and "❤️" in line) == reacts
            assert "to an earlier message" not in desk.get(path).text


def test_a_reaction_of_ours_stands_on_their_message(world: World, desk: Desk) -> None:
    thread = scene.person(world, "alice")
    scene.messages(world, thread, 1, mid="m1")
    ours = {"direction": "outgoing", "role": "bot", "kind": "reaction", "reaction": "🎉"}
    path = f"conversations/{thread}/messages/r1"
    stored = scene.message(thread, "", world.clock.now()) | ours | {"target_mid": "m1"}
    world.store.document(path).set(stored | {"status": "sent"})
    assert "We reacted" in _line(desk.get(desk.thread()).text, 'data-mid="m1"')
    world.store.document(path).update({"status": "failed", "error": "refused"})
    assert "/r1/retry" in desk.get(desk.thread()).text


def test_a_reaction_to_a_message_of_another_page_is_a_line_that_knows_its_message(
    world: World, desk: Desk
) -> None:
    thread = scene.person(world, "alice")
    reaction = {"kind": "reaction", "action": "react", "text": "👍", "about_mid": "long ago"}
    scene.messages(world, thread, 1, **reaction)
    line = _line(desk.get(desk.thread()).text, 'data-about="long ago"')
    assert "The customer reacted 👍 to an earlier message" in line
    assert 'data-emoji="👍"' in line


@pytest.mark.parametrize("settled", [False, True], ids=["at once", "after the turn"])
def test_an_edit_and_an_unsend_are_seen_on_their_messages(
    world: World, desk: Desk, settled: bool
) -> None:
    world.dm("alice", "tomorow", mid="m1")
    world.dm("alice", "wrong chat", mid="m2")
    world.dm("alice", "tomorrow", kind="edit", target="m1")
    world.dm("alice", "", kind="unsend", target="m2")
    world.deliver_webhooks()
    if settled:
        world.settle()
    page = desk.get(desk.thread()).text
    edited, unsent = _line(page, 'data-mid="m1"'), _line(page, 'data-mid="m2"')
    assert "tomorrow" in edited
    assert "Edited" in edited
    assert "Unsent by the customer" in unsent
    assert "wrong chat" not in page
    assert "system-line" not in page


def test_an_answer_quotes_what_it_answers(world: World, desk: Desk) -> None:
    thread = scene.person(world, "alice")
    scene.messages(world, thread, 1, mid="m1", text="which <one>?")
    later = scene.message(thread, "that one", world.clock.now()) | {"reply_to": "m1", "mid": "m2"}
    world.store.document(f"conversations/{thread}/messages/a2").set(later)
    line = _line(desk.get(desk.thread()).text, 'data-mid="m2"')
    assert "which &lt;one&gt;?" in line


def test_an_address_that_is_no_https_becomes_no_link(world: World, desk: Desk) -> None:
    thread = scene.person(world, "alice")
    urls = ["javascript:alert(1)", "http://plain.example/a.png", "https://[broken", "ftp://x/y"]
    attachments = [{"type": "image", "url": url} for url in urls]
    fields = {"kind": "attachment", "attachments": attachments, "story_reply": {"url": urls[0]}}
    scene.messages(world, thread, 1, **fields)
    page = desk.get(desk.thread()).text
    assert [url for url in urls if url in page] == []
    assert page.count("<strong><bdi>Picture") == len(urls)


def test_a_picture_of_another_host_is_a_link_and_not_loaded(world: World, desk: Desk) -> None:
    thread = scene.person(world, "alice")
    url = "https://elsewhere.example/fbcdn.net/a.png"
    scene.messages(world, thread, 1, attachments=[{"type": "image", "url": url}])
    page = desk.get(desk.thread()).text
    assert f'href="{url}"' in page
    assert f'src="{url}"' not in page


def test_an_unconfirmed_message_has_two_answers_once_instagram_was_asked(
    world: World, desk: Desk
) -> None:
    world.dm("alice", "hello")
    world.settle()
    world.instagram_does({"drop": True})
    desk.post(f"{desk.thread()}/messages", text="did it arrive?")
    world.settle(60)
    page = desk.get(desk.thread()).text
    assert "It arrived" in page
    assert "/retry" not in page
    world.settle(240)
    page = desk.get(desk.thread()).text
    (address,) = re.findall(r'action="/back_office([^"]+/retry)"', page)
    assert "It did not: resend" in page
    assert "Not confirmed" in page
    desk.post(address)
    world.settle(60)
    assert world.sent_to("alice")[-1] == "did it arrive?"
