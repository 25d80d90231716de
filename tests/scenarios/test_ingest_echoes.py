"""The owner's own messages and receipts, under every order of send, echo and record."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.world import World


@contextmanager
def _while_sending(world: World) -> Iterator[None]:
    """The block runs after Instagram took a bubble, before we know."""
    world.instagram_does({"hold": "sending", "apply": True, "echo": "never"})
    world.dm("alice", "hello")
    world.deliver_webhooks()
    world.next_task_at()
    with world.meanwhile_running_tasks():
        assert world.stack.instagram.core.gates.wait_for("sending")
        yield
        world.stack.instagram.core.gates.release("sending")
    world.settle()


def _tells(world: World, kind: str, **more: Any) -> None:
    world.dm("alice", "", kind=kind, **more)
    world.deliver_webhooks()


def _bubble(world: World) -> dict[str, Any]:
    (bubble,) = [m for m in world.messages("alice", "outgoing") if m["role"] == "bot"]
    return bubble


def test_a_receipt_marks_what_was_sent_as_read(world: World) -> None:
    world.dm("alice", "hello")
    world.settle()
    assert _bubble(world)["status"] == "sent"
    _tells(world, "read")
    assert _bubble(world)["status"] == "read"
    assert _bubble(world)["read_at"] is not None


def test_a_receipt_for_the_last_message_covers_those_before_it(world: World) -> None:
    calls = [{"name": "send_instagram_message", "args": {"text": t}} for t in ("one", "two")]
    world.model_says({"calls": calls})
    world.dm("alice", "hello")
    world.settle()
    _tells(world, "read")
    assert world.statuses("alice", "outgoing") == ["read", "read"]


def test_a_receipt_that_overtakes_the_answer_of_the_send_is_not_lost(world: World) -> None:
    with _while_sending(world):
        _tells(world, "read")
        assert _bubble(world)["status"] == "sending"
    assert _bubble(world)["status"] == "read"


def test_the_same_receipt_again_changes_nothing(world: World) -> None:
    world.dm("alice", "hello")
    world.settle()
    _tells(world, "read")
    before = _bubble(world)
    world.stack.instagram.webhooks.redeliver()
    world.settle()
    assert _bubble(world) == before


@pytest.mark.parametrize("kind", ["image", "audio", "ig_reel", "hologram"])
def test_what_the_owner_sends_in_the_app_is_kept_whatever_it_is(world: World, kind: str) -> None:
    attachment = {"type": kind, "payload": {"url": "https://cdn.example/x"}}
    world.owner_sends("alice", attachments=[attachment])
    world.settle()
    (kept,) = world.messages("alice", "outgoing")
    assert (kept["attachments"][0]["type"], kept["role"]) == (kind, "human")
    assert world.conversation("alice")["owner"] == "human"


def test_a_human_picture_during_a_send_is_not_taken_for_ours(world: World) -> None:
    with _while_sending(world):
        world.owner_sends("alice", attachments=["https://cdn.example/x"])
        world.deliver_webhooks()
    assert world.conversation("alice")["owner"] == "human"
    kinds = {m["kind"] for m in world.messages("alice", "outgoing")}
    assert kinds == {"text", "attachment"}


def test_an_owner_who_writes_first_makes_the_contact(world: World) -> None:
    world.owner_types("alice", "welcome!")
    world.settle()
    assert [c["igsid"] for c in world.documents("contacts")] == [world.thread("alice")[18:]]
    assert world.conversation("alice")["owner"] == "human"


def test_what_the_owner_unsends_in_the_app_loses_its_content(world: World) -> None:
    world.dm("alice", "hello")
    world.settle()
    world.owner_sends("alice", kind="unsend")
    world.settle()
    assert _bubble(world)["text"] == ""
    assert world.conversation("alice").get("owner", "bot") == "bot"


def test_opting_out_stops_what_is_queued_and_opting_in_answers_again(world: World) -> None:
    calls = [{"name": "send_instagram_message", "args": {"text": t}} for t in ("one", "two")]
    world.model_says({"calls": calls})
    world.dm("alice", "hello")
    world.settle()
    world.dm("alice", "STOP.")
    world.settle()
    world.dm("alice", "are you there?")
    world.settle()
    assert len(world.sent_to("alice")) == 2
    world.dm("alice", "start")
    world.settle()
    assert len(world.sent_to("alice")) == 3


def test_an_opt_out_that_is_delivered_late_does_not_undo_the_opt_in(world: World) -> None:
    at = int(world.clock.now().timestamp() * 1000)
    world.dm("alice", "start", timestamp=at)
    world.deliver_webhooks()
    world.dm("alice", "stop", timestamp=at - 5000)
    world.settle()
    assert len(world.sent_to("alice")) == 1
