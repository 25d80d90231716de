"""What arrives at the webhook, byte for byte, and what happens when it is refused."""

import json
from typing import Any

import pytest

from tests.emulators.instagram.world import World


def test_a_dm_arrives_signed_with_everything_but_ascii_escaped(world: World) -> None:
    world.dm("alice", "h\u00e9/ \U0001f600")
    assert world.sim.webhooks.pump() == 1
    assert b'"text":"h\\u00e9\\/ \\ud83d\\ude00"' in world.webhook.bodies[0]
    assert world.webhook.signed(0)
    assert world.webhook.items[0]["message"]["text"] == "h\u00e9/ \U0001f600"


def test_the_control_api_reads_json_whatever_the_content_type_says(world: World) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = world.http.post("/_sim/dm", content=b'{"from":"alice","text":"a"}', headers=form)
    assert answer.json()["name"] == "alice"


def test_a_name_keeps_its_id_over_a_reset_and_mids_never_repeat(world: World) -> None:
    before = world.dm("alice", "one")
    world.reset()
    after = world.dm("alice", "one")
    assert (before["id"], len(before["id"])) == (after["id"], 16)
    assert before["mid"] != after["mid"]
    assert before["mid"].startswith("aWdfZAG1f")


def test_the_echo_of_a_send_carries_the_mid_that_the_send_returned(world: World) -> None:
    igsid = world.dm("alice", "hello")["id"]
    mid = world.send(igsid, "hi").json()["message_id"]
    world.sim.webhooks.pump()
    echo = world.webhook.items[-1]
    assert (echo["sender"]["id"], echo["recipient"]["id"]) == ("17841400000000001", igsid)
    assert echo["message"] == {"mid": mid, "text": "hi", "is_echo": True}


def test_the_owner_typing_gives_an_echo_but_nothing_sent_through_the_api(world: World) -> None:
    mid = world.control("owner", to="alice", text="I am here")["mid"]
    world.sim.webhooks.pump()
    assert world.webhook.items[0]["message"]["mid"] == mid
    assert world.sent() == []


def test_a_refused_delivery_comes_again_later_with_the_same_bytes(world: World) -> None:
    world.webhook.answers[:] = [503]
    world.dm("alice", "hello")
    assert world.sim.webhooks.pump() == 1
    assert world.sim.webhooks.pump() == 0
    world.clock.advance(1)
    assert world.sim.webhooks.pump() == 1
    assert world.webhook.bodies[0] == world.webhook.bodies[1]


@pytest.mark.parametrize(("options", "posts"), [({"duplicate": 2}, 9), ({"batch": True}, 1)])
def test_deliveries_can_be_repeated_and_batched(
    world: World, options: dict[str, Any], posts: int
) -> None:
    world.control("webhooks", **options)
    for text in ("a", "b", "c"):
        world.dm("alice", text)
    assert world.sim.webhooks.pump() == posts
    assert {item["message"]["text"] for item in world.webhook.items} == {"a", "b", "c"}


def test_deliveries_can_be_reordered_paused_and_all_sent_again(world: World) -> None:
    world.control("webhooks", paused=True, reorder=True)
    world.dm("alice", "a")
    world.dm("alice", "b")
    assert world.sim.webhooks.pump() == 0
    world.control("webhooks", paused=False)
    world.sim.webhooks.pump()
    assert [item["message"]["text"] for item in world.webhook.items] == ["b", "a"]
    assert world.control("webhooks", redeliver=True)["redelivered"] == 2
    assert world.sim.webhooks.pump() == 2


def test_events_at_one_frozen_instant_keep_their_order_by_timestamp(world: World) -> None:
    stamps = [world.dm("alice", text)["timestamp"] for text in "abc"]
    assert stamps == sorted(set(stamps))


def test_the_live_outbox_delivers_without_being_pumped(world: World) -> None:
    outbox = world.sim.webhooks
    outbox.start()
    igsid = world.dm("alice", "hello")["id"]
    world.send(igsid)
    try:
        assert outbox.wait_for_posts(2, 5)
    finally:
        outbox.halt()
    assert [item["message"].get("is_echo", False) for item in world.webhook.items] == [False, True]


def test_the_handshake_succeeds_against_a_webhook_that_returns_the_challenge(world: World) -> None:
    assert world.control("handshake") == {"ok": True, "status": 200, "body": "1158201444"}


def test_an_unsubscribed_field_is_not_delivered(world: World) -> None:
    answer = world.http.post("/v25.0/me/subscribed_apps?subscribed_fields=messages")
    assert answer.json() == {"success": True}
    world.send(world.dm("alice", "hello")["id"])
    world.sim.webhooks.pump()
    assert len(world.webhook.items) == 1


def test_a_message_edit_with_number_zero_can_accompany_every_message(world: World) -> None:
    world.control("webhooks", edit_zero=True)
    mid = world.dm("alice", "hello")["mid"]
    world.sim.webhooks.pump()
    edit = world.webhook.items[1]["message_edit"]
    assert edit == {"mid": mid, "text": "hello", "num_edit": 0}


def test_a_raw_body_and_the_dashboards_test_are_signed_like_any_other(world: World) -> None:
    world.control("webhooks/raw", object="page", entry=[])
    world.control("webhooks/test")
    assert world.sim.webhooks.pump() == 2
    assert json.loads(world.webhook.bodies[0])["object"] == "page"
    assert json.loads(world.webhook.bodies[1])["entry"][0]["changes"][0]["field"] == "messages"
    assert world.webhook.signed(1)
