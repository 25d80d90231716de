"""A transaction that is tried again judges by the instant of its try, not of its first one."""

from services import bootstrap
from services.domain.decision import Bubble, Decision
from services.domain.operation import OperatingSettings
from services.domain.policy import Claim
from services.turns.claim import ClaimThread
from services.turns.finish import FinishTurn, Releasing
from tests.agent.speaking import says
from tests.world import World


def test_the_end_of_a_turn_that_is_tried_after_its_claim_ran_out_changes_nothing(
    world: World,
) -> None:
    world.dm("alice", "hello")
    world.deliver_webhooks()
    world.advance(10)
    thread, settings = world.thread("alice"), OperatingSettings()
    documents = bootstrap.services("process_thread").documents
    taken = documents.transact(ClaimThread(thread, "c1", settings, world.clock))
    assert isinstance(taken.step, Claim)
    assert taken.claim is not None
    ours = thread, taken.claim, taken.step.messages
    decision = Decision(bubbles=(Bubble("too late"),))
    ends = (
        FinishTurn(*ours, decision, settings, world.clock),
        Releasing(*ours, "failed", settings, world.clock),
    )
    world.advance(settings.claim_seconds)
    assert {documents.transact(end).outcome for end in ends} == {"fenced"}
    assert world.statuses("alice") == ["processing"]
    assert world.messages("alice", "outgoing") == []


def test_a_turn_that_outlived_its_claim_leaves_its_message_to_another(world: World) -> None:
    world.dm("alice", "hello")
    world.deliver_webhooks()
    world.next_task_at()
    world.model_says(says("too late", hold="thinking"), says("in time"))
    with world.meanwhile_running_tasks():
        assert world.stack.gemini.gates.wait_for("thinking")
        world.advance(OperatingSettings().claim_seconds)
        world.stack.gemini.gates.release("thinking")
    world.settle()
    assert world.sent_to("alice") == ["in time"]
    assert world.statuses("alice") == ["processed"]
