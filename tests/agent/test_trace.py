"""The trace: an operator can read from it what happened, what it cost and how long it took."""

import json

from services.agent.asking import ModelUsage
from services.agent.trace import MOST_OF_STEPS, cost_microdollars, redacted, step_records
from services.domain.model import ModelReply, Step, ToolCall, ToolResult
from services.domain.operation import OperatingSettings
from tests.agent.speaking import call, says, step, turn
from tests.world import World

USAGE = {
    "promptTokenCount": 3000,
    "cachedContentTokenCount": 2000,
    "candidatesTokenCount": 100,
    "thoughtsTokenCount": 50,
}


def test_a_trace_tells_steps_calls_results_tokens_and_cost(world: World) -> None:
    world.model_says(step(call("is_new_thread"), usage=USAGE), says("Hi", usage=USAGE))
    world.dm("alice", "hello")
    world.settle()
    trace = turn(world)
    assert trace["mids"] == [world.messages("alice", "inbound")[0]["mid"]]
    assert (trace["engine"], trace["outcome"], trace["requests"]) == ("gemini", "answered", 2)
    first, second = trace["steps"]
    assert first["model"] == trace["model"] == "gemini-3.1-flash-lite"
    assert first["calls"] == [
        {
            "name": "is_new_thread",
            "arguments": {},
            "result": {"new": True},
            "failed": False,
            "ms": 0,
        }
    ]
    assert second["calls"][0]["arguments"] == {"text": "Hi"}
    assert trace["tokens"] == {"input": 6000, "output": 200, "thinking": 100, "cached": 4000}
    # Twice: 1000 fresh at 0.25, 2000 cached at 0.025, 150 written at 1.5 dollars a million.
    assert trace["cost_microdollars"] == 2 * (250 + 50 + 225)


def test_a_trace_tells_how_long_the_person_waited_and_the_model_took(world: World) -> None:
    world.model_says(says("Hi", hold="thinking"))
    world.dm("alice", "hello")
    world.deliver_webhooks()
    world.next_task_at()
    with world.meanwhile_running_tasks():
        assert world.stack.gemini.gates.wait_for("thinking")
        world.advance(2)
        world.stack.gemini.gates.release("thinking")
    timings = turn(world)["timings_ms"]
    assert timings["waited"] >= 5000
    assert (timings["model"], timings["tools"], timings["total"]) == (2000, 0, 2000)


def test_the_prompt_is_kept_once_under_its_version(world: World) -> None:
    world.configure(business_name="Shop")
    for person in ("alice", "bob"):
        world.dm(person, "hello")
        world.settle()
    (prompt,) = world.documents("prompt_versions")
    stored = world.store.document(f"prompt_versions/{turn(world)['prompt_version']}").get()
    assert stored.to_dict() == prompt
    assert "messages of Shop" in prompt["text"]


def test_the_prompt_of_a_turn_that_came_to_nothing_is_kept_by_the_next(world: World) -> None:
    world.configure(business_name="Shop")
    world.dm("alice", "hello")
    world.deliver_webhooks()
    world.next_task_at()
    world.model_says(says("too late", hold="thinking"))
    with world.meanwhile_running_tasks():
        assert world.stack.gemini.gates.wait_for("thinking")
        world.owner_types("alice", "I am on it")
        world.deliver_webhooks()
        world.stack.gemini.gates.release("thinking")
    assert turn(world)["outcome"] == "discarded"
    world.dm("bob", "hello")
    world.settle()
    version = turn(world, "bob")["prompt_version"]
    assert version == turn(world)["prompt_version"]
    assert world.store.document(f"prompt_versions/{version}").get().exists


def test_cost_is_read_from_the_price_table_in_the_settings() -> None:
    spent = ModelUsage(tokens={"own-model": {"input": 1_000_000, "output": 1_000_000}})
    prices = {"own-model": {"input": 1.0, "output": 2.0}}
    assert cost_microdollars(spent, OperatingSettings(model_prices=prices)) == 3_000_000


def test_a_model_without_a_price_costs_as_much_as_the_dearest() -> None:
    spent = ModelUsage(tokens={"brand-new": {"output": 1_000_000}})
    assert cost_microdollars(spent, OperatingSettings()) == 9_000_000


def test_credentials_and_personal_data_are_masked() -> None:
    text = "ann@example.com +49 170 1234567 AIzaSyA1234567890abc https://x/y?access_token=abc&z=1"
    masked = str(redacted({"a": [text]}))
    for secret in ("ann@example", "1234567", "AIza", "access_token=abc"):
        assert secret not in masked
    assert "a…@…" in masked
    assert "…67" in masked


def test_a_trace_fits_into_a_document_however_much_was_looked_up() -> None:
    lines = {"messages": ["💬" * 2000] * 100}
    looked = [ToolResult(ToolCall(None, f"look_{n}", {}), lines) for n in range(41)]
    one, more = step_records([("m", Step(ModelReply(text="a"), looked))] * 2)
    assert len(json.dumps([one, more], ensure_ascii=False)) <= MOST_OF_STEPS
    kept = len(one["calls"])
    assert [c["name"] for c in one["calls"]] == [f"look_{n}" for n in range(kept)]
    assert (one["left_out"], more["left_out"], more["text"]) == (41 - kept, 41, "a")
    assert kept > 0


def test_a_long_value_is_cut() -> None:
    assert len(redacted("x" * 100_000)) < 2000
    assert len(redacted(list(range(100_000)))) == 40
