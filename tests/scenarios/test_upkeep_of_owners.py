"""Waiting for a human never ends by itself; a human's time does."""

from datetime import timedelta

import pytest

from services.conversations import handoff
from services.domain.conversation import Conversation
from services.domain.states import Owner
from tests.agent.speaking import asked
from tests.world import ACCOUNT, World


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
    fields = handoff.set_owner(
        thread, owner, now, until=until, reason="customer_request", alert_minutes=15
    )
    world.store.document(f"conversations/{world.thread('alice')}").update(dict(fields))


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


@pytest.mark.parametrize(("supersede", "requests"), [(True, 2), (False, 3)])
def test_newer_messages_end_the_models_run_before_its_next_step(
    world: World, supersede: bool, requests: int
) -> None:
    world.configure(supersede=supersede, cooldown_seconds=0)
    world.dm("alice", "hello")
    world.deliver_webhooks()
    world.next_task_at()
    world.model_says(
        {"calls": [{"name": "is_new_thread", "args": {}}], "hold": "thinking"},
        *[{"calls": [{"name": "send_instagram_message", "args": {"text": "ok"}}]}] * 2,
    )
    with world.meanwhile_running_tasks():
        assert world.stack.gemini.gates.wait_for("thinking")
        world.dm("alice", "and this")
        world.deliver_webhooks()
        world.clear_counts()
        world.stack.gemini.gates.release("thinking")
    world.settle()
    assert len(asked(world)) == requests
    assert len(world.sent_to("alice")) == requests - 1
    assert {m["attempts"] for m in world.messages("alice", "inbound")} == {1}
    turns = world.store.collection(f"conversations/{world.thread('alice')}/turns").stream()
    told = [t.to_dict() or {} for t in turns]
    assert [t["account_id"] for t in told if t["cost_microdollars"] > 0] == [ACCOUNT, ACCOUNT]


def test_with_the_setting_a_turn_of_two_steps_costs_one_read_more(world: World) -> None:
    look = {"calls": [{"name": "is_new_thread", "args": {}}]}
    say = {"calls": [{"name": "send_instagram_message", "args": {"text": "ok"}}]}
    reads = []
    for supersede in (False, True):
        world.configure(supersede=supersede)
        world.model_says(look, say)
        world.dm("alice", "hello")
        world.deliver_webhooks()
        world.next_task_at()
        world.clear_counts()
        world.run_tasks()
        reads.append(world.counts()["process_thread"]["rpcs"]["BatchGetDocuments"])
        world.settle()
        world.advance(60)  # or the next task may fall into the cooldown, by its jitter
    assert reads[1] == reads[0] + 1


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
