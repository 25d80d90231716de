"""Every kind of event that a person can cause, as Meta shapes it."""

from typing import Any

import pytest

from emulators.instagram.payloads import ATTACHMENT_TYPES, KINDS
from tests.emulators.instagram.world import World


def item_of(world: World, **words: Any) -> dict[str, Any]:
    """The messaging item that arrives after alice did something."""
    world.dm("alice", **words)
    world.sim.webhooks.pump()
    return world.webhook.items[-1]


@pytest.mark.parametrize("kind", ATTACHMENT_TYPES)
def test_each_attachment_type_arrives_under_its_name(world: World, kind: str) -> None:
    (attachment,) = item_of(world, kind=kind)["message"]["attachments"]
    assert attachment["type"] == kind
    assert ("payload" in attachment) == (kind != "ephemeral")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_arrives_between_the_same_two_parties(world: World, kind: str) -> None:
    igsid = world.dm("alice", "hello")["id"]
    world.send(igsid)
    item = item_of(world, kind=kind)
    assert (item["sender"]["id"], item["recipient"]["id"]) == (igsid, "17841400000000001")
    assert len(item) == 4


@pytest.mark.parametrize(
    ("words", "key", "expected"),
    [
        ({"kind": "quick_reply", "payload": "A"}, "quick_reply", {"payload": "A"}),
        (
            {"kind": "story_reply", "url": "https://s", "story_id": "7"},
            "reply_to",
            {"story": {"url": "https://s", "id": "7"}},
        ),
        ({"text": "x", "reply_to": "mid9"}, "reply_to", {"mid": "mid9"}),
        ({"kind": "unsupported"}, "is_unsupported", True),
    ],
)
def test_a_message_carries_what_it_was_sent_with(
    world: World, words: dict[str, Any], key: str, expected: Any
) -> None:
    assert item_of(world, **words)["message"][key] == expected


def test_an_unsend_is_a_new_event_with_the_old_mid(world: World) -> None:
    mid = world.dm("alice", "oops")["mid"]
    message = item_of(world, kind="unsend")["message"]
    assert message == {"mid": mid, "is_deleted": True}


def test_an_edit_carries_the_old_mid_and_the_new_text(world: World) -> None:
    mid = world.dm("alice", "helo")["mid"]
    edit = item_of(world, kind="edit", text="hello")["message_edit"]
    assert edit == {"mid": mid, "text": "hello", "num_edit": 1}


def test_a_reaction_is_about_our_last_message_and_can_be_taken_back(world: World) -> None:
    mid = world.send(world.dm("alice", "hello")["id"]).json()["message_id"]
    reaction = item_of(world, kind="reaction", reaction="laugh", emoji="\U0001f606")["reaction"]
    assert (reaction["mid"], reaction["action"], reaction["reaction"]) == (mid, "react", "laugh")
    assert item_of(world, kind="unreact")["reaction"] == {"mid": mid, "action": "unreact"}


def test_a_read_names_the_message_that_was_seen(world: World) -> None:
    mid = world.send(world.dm("alice", "hello")["id"]).json()["message_id"]
    assert item_of(world, kind="read")["read"] == {"mid": mid}


def test_a_reaction_to_nothing_is_refused_with_a_sentence(world: World) -> None:
    answer = world.http.post("/_sim/dm", json={"from": "bob", "kind": "reaction"})
    assert answer.status_code == 400
    assert "no message" in answer.json()["error"]


def test_standby_events_arrive_in_their_own_list(world: World) -> None:
    world.dm("alice", "hello", standby=True)
    world.sim.webhooks.pump()
    assert b'"standby":[' in world.webhook.bodies[0]


def test_media_is_served_until_the_url_is_wrong(world: World) -> None:
    audio = {"Content-Type": "video/mp4"}
    url = world.http.post("/_sim/media", content=b"voice", headers=audio).json()["url"]
    served = world.http.get(url)
    assert (served.content, served.headers["Content-Type"]) == (b"voice", "video/mp4")
    assert world.http.get(url.replace("asset_id=", "asset_id=0")).status_code == 403
