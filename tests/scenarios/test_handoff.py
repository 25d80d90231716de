"""Why a human has a conversation: every reason from the outside, each told once."""

from collections.abc import Callable

import pytest

from services import bootstrap
from services.office.access import Operator
from tests.agent.speaking import asked, call, says, step
from tests.world import World

OPERATOR = Operator(id="op1", name="Ola")


def _dies(world: World) -> None:
    world.configure(max_attempts=1)
    world.model_says({"status": 503, "times": 50})


def _model(world: World, reason: str) -> None:
    if reason == "model_failure":
        world.model_says({"finish": "MALFORMED_FUNCTION_CALL", "times": 9})
    elif reason == "usage_limit":
        world.dm("bob", "hello")
        world.settle()
        world.configure(daily_cost_cap_usd=0.000001)
        world.advance(61)
    else:
        world.model_says(step(call("hand_to_human", reason=reason, note="please")))


@pytest.mark.parametrize(
    "reason",
    [
        "customer_request",
        "missing_knowledge",
        "unsupported_request",
        "policy_restriction",
        "tool_failure",
        "model_failure",
        "usage_limit",
    ],
)
def test_the_bot_asks_for_a_human_with_a_reason_a_boundary_and_one_alert(
    world: World, reason: str
) -> None:
    _model(world, reason)
    world.dm("alice", "help me")
    world.settle()
    stored = world.conversation("alice")
    assert (stored["owner"], stored["owner_reason"]) == ("waiting", reason)
    assert (stored["owner_epoch"], stored["owner_until"]) == (1, None)
    (question,) = world.messages("alice", "inbound")
    assert question["received_at"] <= stored["boundary_at"] <= world.clock.now()
    assert [alert["reason"] for alert in world.documents("manager_alerts")] == [reason]
    seen = len(asked(world))
    world.dm("alice", "hello?")
    world.settle()
    assert len(asked(world)) == seen
    assert len(world.documents("manager_alerts")) == 1


def _takes_over(world: World) -> None:
    thread = world.thread("alice")
    bootstrap.services("back_office").office.actions.take_over(thread, OPERATOR, minutes=30)


def _writes(world: World) -> None:
    bootstrap.services("back_office").office.sending.reply(
        world.thread("alice"), "I am here", OPERATOR, key="k"
    )


@pytest.mark.parametrize("act", [_takes_over, _writes])
def test_an_operator_who_steps_in_has_it_for_a_time_and_nobody_is_alerted(
    world: World, act: Callable[[World], None]
) -> None:
    world.dm("alice", "hello")
    world.settle()
    act(world)
    stored = world.conversation("alice")
    assert (stored["owner"], stored["owner_reason"]) == ("human", "operator")
    assert stored["boundary_at"] == world.clock.now()
    assert (stored["owner_until"] - stored["boundary_at"]).total_seconds() == 30 * 60
    assert world.documents("manager_alerts") == []


def _types_in_the_app(world: World) -> None:
    world.owner_types("alice", "I am here")


@pytest.mark.parametrize("act", [_writes, _types_in_the_app])
@pytest.mark.parametrize("minutes", [None, 120])
def test_who_took_a_conversation_for_longer_keeps_it_so_by_writing(
    world: World, act: Callable[[World], None], minutes: float | None
) -> None:
    world.dm("alice", "hello")
    world.settle()
    office = bootstrap.services("back_office").office
    office.actions.take_over(world.thread("alice"), OPERATOR, minutes)
    until = world.conversation("alice")["owner_until"]
    world.advance(5)
    act(world)
    world.settle()
    stored = world.conversation("alice")
    assert (stored["owner"], stored["owner_until"]) == ("human", until)


def test_a_hand_back_begins_with_the_next_message(world: World) -> None:
    world.dm("alice", "hello")
    world.settle()
    _takes_over(world)
    world.dm("alice", "for the human")
    world.settle()
    bootstrap.services("back_office").office.actions.hand_back(world.thread("alice"), OPERATOR)
    stored = world.conversation("alice")
    assert (stored["owner"], stored["owner_reason"], stored["owner_epoch"]) == (
        "bot",
        "operator",
        2,
    )
    world.advance(10)
    world.dm("alice", "for the bot")
    world.settle()
    assert len(world.sent_to("alice")) == 2
    assert "for the human" not in world.sent_to("alice")[-1]


def test_what_was_typed_in_the_app_before_the_last_change_takes_over_no_more(world: World) -> None:
    world.dm("alice", "hello")
    world.settle()
    world.owner_types("alice", "I am on it")
    world.advance(1)
    _takes_over(world)
    bootstrap.services("back_office").office.actions.hand_back(world.thread("alice"), OPERATOR)
    world.deliver_webhooks()
    assert world.messages("alice", "outgoing")[-1]["text"] == "I am on it"
    assert world.conversation("alice")["owner"] == "bot"


def _fails(world: World, text: str) -> None:
    world.dm("alice", text)
    world.settle(within_seconds=3600)


def test_two_failed_turns_in_a_row_are_told_one_by_one_and_leave_the_thread_to_a_human(
    world: World,
) -> None:
    _dies(world)
    _fails(world, "one")
    assert world.conversation("alice").get("owner", "bot") == "bot"
    assert len(world.documents("manager_alerts")) == 1
    _fails(world, "two")
    stored = world.conversation("alice")
    assert (stored["owner"], stored["owner_reason"]) == ("waiting", "model_failure")
    assert world.statuses("alice") == ["failed", "failed"]
    assert len(world.documents("manager_alerts")) == 2


def test_a_failed_turn_takes_the_thread_from_no_human(world: World) -> None:
    world.configure(max_attempts=1)
    world.model_says({"status": 503, "hold": "thinking"}, {"status": 503, "times": 50})
    world.dm("alice", "two")
    world.deliver_webhooks()
    world.store.document(f"conversations/{world.thread('alice')}").update({"failed_turns": 1})
    world.next_task_at()
    with world.meanwhile_running_tasks():
        assert world.stack.gemini.gates.wait_for("thinking")
        world.advance(1)
        world.owner_types("alice", "I am on it")
        world.deliver_webhooks()
        world.stack.gemini.gates.release("thinking")
    world.settle()
    assert world.conversation("alice")["owner"] == "human"
    assert "failed" in world.statuses("alice")


def test_what_came_with_the_last_failure_is_left_to_the_human_too(world: World) -> None:
    world.dm("alice", "one")
    world.dm("alice", "two")
    world.deliver_webhooks()
    path = f"conversations/{world.thread('alice')}"
    first = next(
        d for d in world.store.collection(f"{path}/messages").stream() if d.get("text") == "one"
    )
    first.reference.update({"attempts": 5})
    world.store.document(path).update({"failed_turns": 1})
    world.model_says(says("too late"))
    world.settle()
    assert world.sent_to("alice") == []
    assert world.statuses("alice") == ["failed", "processed"]
    assert world.messages("alice", "inbound")[1]["reason"] == "owner_waiting"
