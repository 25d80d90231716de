"""Waiting for a human never ends by itself; a human's time does."""

from datetime import timedelta
from typing import Any

from services import handoff
from services.domain.conversation import Conversation
from services.domain.states import Owner
from tests.world import World


def _sweep(world: World) -> dict[str, int]:
    repaired: dict[str, int] = world.call_task("sweep", {}).json()["repaired"]
    return repaired


def _owned(world: World, owner: Owner, minutes: float | None = None) -> None:
    world.dm("alice", "hello")
    world.settle()
    stored = world.conversation("alice")
    thread = Conversation.from_doc(world.thread("alice"), stored)
    now = world.clock.now()
    until = now + timedelta(minutes=minutes) if minutes else None
    fields: dict[str, Any] = handoff.change(
        thread, owner, now, until=until, reason="customer_request", alert_minutes=15
    )
    world.store.document(f"conversations/{world.thread('alice')}").update(fields)


def test_a_second_alert_comes_when_nobody_came_and_no_third(world: World) -> None:
    _owned(world, Owner.WAITING)
    assert _sweep(world)["reminded"] == 0
    world.advance(15 * 60)
    assert _sweep(world)["reminded"] == 1
    world.advance(3600)
    assert _sweep(world)["reminded"] == 0
    reasons = [alert["reason"] for alert in world.documents("manager_alerts")]
    assert reasons.count("still_waiting") == 1


def test_waiting_never_goes_back_to_the_bot_by_itself(world: World) -> None:
    _owned(world, Owner.WAITING)
    world.advance(2 * 3600)
    _sweep(world)
    world.dm("alice", "still there?")
    world.settle()
    assert world.conversation("alice")["owner"] == "waiting"
    assert len(world.sent_to("alice")) == 1


def test_a_humans_time_ends_without_a_new_message(world: World) -> None:
    _owned(world, Owner.HUMAN, minutes=30)
    assert _sweep(world)["returned"] == 0
    world.advance(31 * 60)
    assert _sweep(world)["returned"] == 1
    assert world.conversation("alice")["owner"] == "bot"
    assert world.conversation("alice")["owner_epoch"] == 2


def test_newer_messages_start_a_turn_anew_and_one_reply_answers_all(world: World) -> None:
    world.configure(supersede=True)
    reply = {"calls": [{"name": "send_instagram_message", "args": {"text": "one"}}]}
    world.model_says({**reply, "hold": "thinking"})
    world.dm("alice", "hello")
    world.deliver_webhooks()
    world.next_task_at()
    with world.meanwhile_running_tasks():
        assert world.stack.gemini.gates.wait_for("thinking")
        world.dm("alice", "and this")
        world.deliver_webhooks()
        world.stack.gemini.gates.release("thinking")
    world.settle()
    (answer,) = world.sent_to("alice")
    assert "hello" in answer
    assert "and this" in answer
    assert {m["attempts"] for m in world.messages("alice", "inbound")} == {1}
