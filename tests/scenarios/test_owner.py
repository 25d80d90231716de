"""Echoes: ours are recognised, a human's make the bot step back."""

import pytest

from tests.world import World


@pytest.mark.parametrize("echo", ["after", "before", "twice", "never"])
def test_our_own_echo_is_recognised_in_every_order(world: World, echo: str) -> None:
    world.instagram_does({"echo": echo})
    world.dm("alice", "hello")
    world.settle()
    assert len(world.messages("alice", "outgoing")) == 1
    assert world.conversation("alice").get("owner", "bot") == "bot"
    world.dm("alice", "and now?")
    world.settle()
    assert len(world.sent_to("alice")) == 2


def test_what_the_owner_types_is_recorded_and_silences_the_bot(world: World) -> None:
    world.dm("alice", "hello")
    world.deliver_webhooks()
    world.owner_types("alice", "I am on it")
    world.settle()
    assert world.sent_to("alice") == []
    (typed,) = world.messages("alice", "outgoing")
    assert (typed["text"], typed["role"], typed["source"]) == (
        "I am on it",
        "human",
        "instagram_app",
    )
    assert world.conversation("alice")["owner"] == "human"
    assert world.messages("alice", "inbound")[0]["reason"] == "owner_human"


def test_that_nobody_answers_is_news_for_whoever_looks_on(world: World) -> None:
    world.owner_types("alice", "I am on it")
    world.dm("alice", "thanks")
    world.deliver_webhooks()
    before = world.conversation("alice")["updated_at"]
    world.settle()
    assert world.messages("alice", "inbound")[0]["status"] == "processed"
    assert world.conversation("alice")["updated_at"] > before


def test_the_bot_answers_again_when_the_humans_time_is_over(world: World) -> None:
    world.dm("alice", "hello")
    world.deliver_webhooks()
    world.owner_types("alice", "I am on it")
    world.settle()
    world.advance(31 * 60)
    world.dm("alice", "one more thing")
    world.settle()
    (reply,) = world.sent_to("alice")
    assert "one more thing" in reply
    assert world.conversation("alice")["owner"] == "bot"


def test_a_takeover_during_a_turn_discards_its_replies(world: World) -> None:
    world.dm("alice", "hello")
    world.deliver_webhooks()
    world.next_task_at()
    world.model_says(
        {
            "calls": [{"name": "send_instagram_message", "args": {"text": "too late"}}],
            "hold": "thinking",
        }
    )
    with world.meanwhile_running_tasks():
        assert world.stack.gemini.gates.wait_for("thinking")
        world.advance(1)
        world.owner_types("alice", "I am on it")
        world.deliver_webhooks()
        world.stack.gemini.gates.release("thinking")
    world.settle()
    assert world.sent_to("alice") == []
    assert world.messages("alice", "inbound")[0]["reason"] == "owner_changed"


def test_a_takeover_between_two_bubbles_cancels_the_rest(world: World) -> None:
    calls = [{"name": "send_instagram_message", "args": {"text": t}} for t in ("one", "two")]
    world.model_says({"calls": calls})
    world.instagram_does({"hold": "sending"})
    world.dm("alice", "hello")
    world.deliver_webhooks()
    world.next_task_at()
    with world.meanwhile_running_tasks():
        assert world.stack.instagram.core.gates.wait_for("sending")
        world.advance(1)
        world.owner_types("alice", "let me")
        world.deliver_webhooks()
        world.stack.instagram.core.gates.release("sending")
    world.settle()
    assert world.sent_to("alice") == ["one"]
    assert world.statuses("alice", "outgoing") == ["sent", "cancelled", "sent"]
    assert world.conversation("alice")["owner"] == "human"
