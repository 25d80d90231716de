"""An event about a message may come before it, after it, twice: the documents are the same."""

import itertools
import json
from typing import Any

import pytest

from emulators.instagram.people import igsid_of
from tests.world import ACCOUNT, World

ALICE = igsid_of("alice")
BODY = {"text": "helo"}


def _item(world: World, **body: Any) -> dict[str, Any]:
    at = int(world.clock.now().timestamp() * 1000) - 1000
    return {"sender": {"id": ALICE}, "recipient": {"id": ACCOUNT}, "timestamp": at, **body}


def _post(world: World, *items: dict[str, Any]) -> None:
    body = {"object": "instagram", "entry": [{"id": ACCOUNT, "messaging": list(items)}]}
    assert world.post_webhook(body).status_code == 200


def _kinds(world: World) -> dict[str, Any]:
    message = {"message": {"mid": "m1", **BODY}}
    return {
        "message": _item(world, **message),
        "edit": _item(world, message_edit={"mid": "m1", "text": "hello", "num_edit": 1}),
        "second edit": _item(world, message_edit={"mid": "m1", "text": "hello!", "num_edit": 2}),
        "no edit": _item(world, message_edit={"mid": "m1", "text": "helo", "num_edit": 0}),
        "unsend": _item(world, message={"mid": "m1", "is_deleted": True}),
        "react": _item(world, reaction={"mid": "m1", "action": "react", "emoji": "x"}),
        "unreact": _item(world, reaction={"mid": "m1", "action": "unreact"}),
        "read": _item(world, read={"mid": "m1"}),
    }


def _documents(world: World) -> dict[str, dict[str, Any]]:
    times = ("received_at", "processed_at")
    found = world.store.collection(f"conversations/{world.thread('alice')}/messages").stream()
    return {
        d.id: {k: v for k, v in (d.to_dict() or {}).items() if k not in times}
        for d in found
        if (d.to_dict() or {}).get("role") == "user"
    }


@pytest.mark.parametrize("other", ["edit", "no edit", "unsend", "react", "unreact", "read"])
@pytest.mark.parametrize("first", ["message", "other"])
def test_both_orders_end_the_same(world: World, other: str, first: str) -> None:
    world.instagram_knows("alice")
    items = _kinds(world)
    order = [items["message"], items[other]]
    for item in order if first == "message" else reversed(order):
        _post(world, item)
    world.settle(within_seconds=60)
    (message,) = [m for m in world.messages("alice") if m.get("mid") == "m1"]
    said = {"edit": "hello", "unsend": ""}.get(other, "helo")
    assert (message["text"], message["status"]) == (said, "processed")
    assert len(world.sent_to("alice")) == (other != "unsend")
    assert all(said in text for text in world.sent_to("alice"))


@pytest.mark.parametrize("order", list(itertools.permutations(range(4)))[::3])
def test_redelivery_in_any_order_gives_the_same_documents(
    world: World, order: tuple[int, ...]
) -> None:
    names = ["message", "second edit", "edit", "react"]
    items = _kinds(world)
    world.instagram_knows("alice")
    for place in order:
        _post(world, items[names[place]])
    _post(world, *(items[name] for name in names))
    world.settle(within_seconds=60)
    once = _documents(world)
    for place in reversed(order):
        _post(world, items[names[place]], items[names[place]])
    world.settle(within_seconds=60)
    assert _documents(world) == once
    assert once["m1"]["text"] == "hello!"
    assert len(world.sent_to("alice")) == 1


def test_an_unsend_that_came_first_is_remembered_until_its_message_comes(world: World) -> None:
    world.instagram_knows("alice")
    items = _kinds(world)
    _post(world, items["unsend"])
    world.settle(within_seconds=60)
    world.advance(3 * 3600)
    _post(world, items["message"])
    world.settle(within_seconds=60)
    (message,) = [m for m in world.messages("alice") if m.get("mid") == "m1"]
    assert (message["text"], message["reason"]) == ("", "unsent")
    assert world.sent_to("alice") == []


def test_an_unsend_after_the_answer_removes_the_content(world: World) -> None:
    world.dm("alice", "my secret", mid="m1")
    world.settle()
    world.dm("alice", "", kind="unsend", target="m1")
    world.settle()
    (message,) = [m for m in world.messages("alice") if m.get("mid") == "m1"]
    assert (message["text"], message["status"]) == ("", "processed")
    assert message["deleted_at"] is not None
    assert len(world.sent_to("alice")) == 1


def test_a_message_that_only_an_edit_tells_of_is_fetched_and_answered(world: World) -> None:
    world.dm("alice", "lost by Meta", mid="m1")
    world.stack.instagram.webhooks.reset()
    _post(world, _kinds(world)["no edit"])
    world.settle()
    assert ["lost by Meta" in text for text in world.sent_to("alice")] == [True]


def test_a_lost_message_is_asked_for_again_while_instagram_is_down(world: World) -> None:
    world.dm("alice", "lost by Meta", mid="m1")
    world.stack.instagram.webhooks.reset()
    world.instagram_does({"on": "conversation", "status": 500}, {"on": "conversation", "code": 613})
    _post(world, _kinds(world)["no edit"])
    world.settle()
    assert len(world.sent_to("alice")) == 1


def test_an_edit_still_counts_when_its_message_comes_after_instagram_did_not_tell_it(
    world: World,
) -> None:
    world.instagram_does(*[{"on": "conversation", "status": 500}] * 9)
    kinds = _kinds(world)
    _post(world, kinds["edit"])
    world.settle(3600)
    _post(world, kinds["message"])
    world.settle()
    assert [m["text"] for m in world.messages("alice") if m.get("mid") == "m1"] == ["hello"]


def test_an_edit_that_names_nobody_leads_to_its_message(world: World) -> None:
    world.dm("alice", "lost by Meta", mid="m1")
    world.stack.instagram.webhooks.reset()
    _post(world, {"timestamp": 1793610000000, "message_edit": {"mid": "m1", "num_edit": 0}})
    world.settle()
    assert ["lost by Meta" in text for text in world.sent_to("alice")] == [True]
    assert [m["status"] for m in world.documents("missing_messages")] == ["processed"]


def test_a_task_of_the_version_before_still_fetches_what_is_missing(world: World) -> None:
    world.dm("alice", "lost by Meta", mid="m1")
    world.stack.instagram.webhooks.reset()
    _post(world, {"timestamp": 1793610000000, "message_edit": {"mid": "m1", "num_edit": 0}})
    (task,) = world.stack.tasks.list_tasks()
    asked = json.loads(task["body"])
    assert asked == {"kind": "backfill", "account_id": ACCOUNT, "trace_id": asked["trace_id"]}
    answer = world.call_task("process_thread", {"thread_id": f"{ACCOUNT}_missing"})
    assert answer.json() == {"outcome": "fetched"}
    assert [m["text"] for m in world.messages("alice", "inbound")] == ["lost by Meta"]


def test_the_edit_beside_every_message_starts_no_second_reply(world: World) -> None:
    world.http.post(
        f"{world.stack.instagram_url}/_sim/webhooks", json={"edit_zero": True}
    ).raise_for_status()
    for text in ("one", "two"):
        world.dm("alice", text)
        world.settle()
    assert len(world.sent_to("alice")) == 2
    assert world.model_requests().__len__() == 2
