"""Every path of the loop around the model, from a person's message to what they read."""

from typing import Any

import pytest

from tests.agent.speaking import allowed, asked, call, models, says, step, tool_answers, turn
from tests.world import World

MAIN, FALLBACK = "gemini-3.1-flash-lite", "gemini-3.5-flash-lite"
ENDINGS = ["send_instagram_message", "do_not_reply", "hand_to_human"]
HANDED_OVER = "Thank you! A member of our team will get back to you here."


def _ask(world: World, *replies: dict[str, Any], text: str = "hello") -> list[str]:
    world.model_says(*replies)
    world.dm("alice", text)
    world.settle()
    return world.sent_to("alice")


def test_a_look_up_goes_back_to_the_model_and_a_message_does_not(world: World) -> None:
    assert _ask(world, step(call("is_new_thread")), says("Welcome!")) == ["Welcome!"]
    assert len(asked(world)) == 2
    assert tool_answers(asked(world)[1]) == [{"new": True}]


def test_what_stands_beside_a_message_runs_and_ends_with_it(world: World) -> None:
    beside = call("react_to_instagram_message", message_number=1, emoji="👍")
    message = call("send_instagram_message", text="Hi")
    assert _ask(world, step(message, beside)) == ["Hi"]
    assert len(asked(world)) == 1
    kinds = [m["kind"] for m in world.messages("alice", "outgoing")]
    assert sorted(kinds) == ["reaction", "text"]


def test_thought_signatures_go_back_as_they_came(world: World) -> None:
    calls = step(call("is_new_thread"), call("get_thread_messages", limit=5), thought="hmm")
    _ask(world, calls, says("ok"))
    turn_of_model = asked(world)[1]["contents"][-2]
    assert turn_of_model["role"] == "model"
    parts = turn_of_model["parts"]
    assert [part.get("thought", False) for part in parts] == [True, False, False]
    assert [bool(part.get("thoughtSignature")) for part in parts] == [False, True, False]


def test_plain_text_is_sent_as_a_message(world: World) -> None:
    assert _ask(world, {"text": "Plain words"}) == ["Plain words"]


def test_plain_text_that_a_guard_refuses_is_asked_for_again(world: World) -> None:
    assert _ask(world, {"text": "I use search_knowledge"}, says("Better")) == ["Better"]
    assert "names a tool" in asked(world)[1]["contents"][-1]["parts"][0]["text"]


@pytest.mark.parametrize(
    "bad",
    [
        {"finish": "MALFORMED_FUNCTION_CALL"},
        {"finish": "SAFETY"},
        {"finish": "UNEXPECTED_TOOL_CALL"},
        {"finish": "MISSING_THOUGHT_SIGNATURE"},
        {"finish": "MAX_TOKENS", "text": "and so the answer to your que"},
        {"finish": "STOP"},
        {"text": "   "},
        {"block": "PROHIBITED_CONTENT"},
    ],
)
def test_an_unusable_answer_is_asked_for_again_trimmed(world: World, bad: dict[str, Any]) -> None:
    world.dm("alice", "first")
    world.settle()
    world.advance(60)
    assert _ask(world, bad, says("Fine now"))[-1] == "Fine now"
    _, before, after = asked(world)
    assert models(world) == [MAIN] * 3
    assert (allowed(before), allowed(after)) == (None, ENDINGS)
    assert len(after["contents"]) == 1 < len(before["contents"])
    assert "could not be used" in after["contents"][-1]["parts"][0]["text"]
    assert after["tools"] == before["tools"]


def test_two_unusable_answers_bring_the_fallback_model(world: World) -> None:
    bad = {"finish": "MALFORMED_FUNCTION_CALL"}
    assert _ask(world, bad, bad, says("From the other")) == ["From the other"]
    assert models(world) == [MAIN, MAIN, FALLBACK]
    assert len(turn(world)["problems"]) == 2


def test_three_unusable_answers_bring_a_human_and_the_fixed_text(world: World) -> None:
    assert _ask(world, {"finish": "SAFETY", "times": 3}) == [HANDED_OVER]
    assert world.conversation("alice")["owner"] == "waiting"
    assert world.conversation("alice")["owner_reason"] == "model_failure"
    assert world.statuses("alice") == ["processed"]
    (alert,) = world.documents("manager_alerts")
    assert alert["reason"] == "model_failure"


def test_an_unknown_tool_is_named_to_the_model(world: World) -> None:
    assert _ask(world, step(call("book_table", people=4)), says("Sorry")) == ["Sorry"]
    assert "There is no tool book_table" in tool_answers(asked(world)[1])[0]["error"]


def test_wrong_arguments_are_explained_to_the_model(world: World) -> None:
    wrong = step(call("send_instagram_message", message="hi"))
    assert _ask(world, wrong, says("Hi")) == ["Hi"]
    assert "unknown arguments: message" in tool_answers(asked(world)[1])[0]["error"]


def test_half_a_wrong_answer_is_not_sent(world: World) -> None:
    both = step(call("send_instagram_message", text="one"), call("send_instagram_message"))
    assert _ask(world, both, says("uno", "dos")) == ["uno", "dos"]


def test_a_model_that_repeats_its_mistake_ends_with_a_human(world: World) -> None:
    wrong = step(call("send_instagram_message", message="hi"), times=6)
    assert _ask(world, wrong) == [HANDED_OVER]
    assert models(world) == [MAIN] * 4 + [FALLBACK] * 2


def test_the_same_look_up_twice_leaves_only_the_endings(world: World) -> None:
    again = step(call("is_new_thread"), times=2)
    assert _ask(world, again, says("Enough")) == ["Enough"]
    assert "this very call before" in tool_answers(asked(world)[2])[1]["error"]
    assert allowed(asked(world)[2]) == ENDINGS


def test_a_look_up_for_ever_ends_with_a_human_within_the_steps(world: World) -> None:
    assert _ask(world, step(call("is_new_thread"), times=20)) == [HANDED_OVER]
    assert len(asked(world)) == 3


def test_steps_are_bounded_and_the_last_one_may_only_end(world: World) -> None:
    world.configure(max_steps=3)
    looks = [step(call("get_thread_messages", limit=n)) for n in (1, 2, 3, 4)]
    assert _ask(world, *looks) == [HANDED_OVER]
    assert [allowed(body) for body in asked(world)] == [None, None, ENDINGS]
    assert "last step" in asked(world)[2]["contents"][-1]["parts"][-1]["text"]


def test_tool_calls_are_bounded(world: World) -> None:
    world.configure(max_tool_calls=3)
    many = step(*(call("get_thread_messages", limit=n) for n in (1, 2, 3)))
    assert _ask(world, many, says("Done")) == ["Done"]
    assert allowed(asked(world)[1]) == ENDINGS


def test_the_calls_of_one_step_are_bounded_too(world: World) -> None:
    world.configure(max_tool_calls=3)
    many = step(*(call("get_thread_messages", limit=n) for n in range(1, 42)))
    assert _ask(world, many, says("Done")) == ["Done"]
    answers = tool_answers(asked(world)[1])
    assert ["error" in answer for answer in answers] == [False] * 3 + [True] * 38
    assert "No more look-ups" in answers[3]["error"]


def test_tokens_are_bounded(world: World) -> None:
    world.configure(max_turn_tokens=5000)
    costly = step(call("is_new_thread"), usage={"promptTokenCount": 9000})
    assert _ask(world, costly, says("Short")) == ["Short"]
    assert allowed(asked(world)[1]) == ENDINGS


def test_characters_and_bubbles_are_bounded(world: World) -> None:
    world.configure(max_reply_characters=50, max_bubbles=2)
    assert _ask(world, says("x" * 60), says("a", "b", "c"), says("a", "b")) == ["a", "b"]
    assert "at most 50" in tool_answers(asked(world)[1])[0]["error"]


@pytest.mark.parametrize("down", [{"status": 503}, {"status": 429}, {"drop": True}])
def test_a_busy_model_is_asked_again_within_the_turn(world: World, down: dict[str, Any]) -> None:
    assert _ask(world, {**down, "times": 2}, says("Here")) == ["Here"]
    assert models(world) == [MAIN] * 3
    assert world.messages("alice", "inbound")[0]["attempts"] == 1
    assert len(turn(world)["failures"]) == 2


def test_a_model_that_stays_busy_gives_way_to_the_fallback(world: World) -> None:
    assert _ask(world, {"status": 503, "times": 3}, says("Here")) == ["Here"]
    assert models(world) == [MAIN] * 3 + [FALLBACK]
    assert allowed(asked(world)[3]) is None


def test_a_model_that_asks_for_patience_gives_way_at_once(world: World) -> None:
    assert _ask(world, {"status": 429, "retry_after": 60}, says("Here")) == ["Here"]
    assert models(world) == [MAIN, FALLBACK]


@pytest.mark.parametrize(
    ("fallback", "refused"), [("", []), ("retired-model", [{"status": 404}]), (MAIN, [])]
)
def test_an_overload_is_tried_again_and_not_handed_over_where_no_fallback_is_of_use(
    world: World, fallback: str, refused: list[dict[str, Any]]
) -> None:
    world.configure(fallback_model=fallback)
    assert _ask(world, {"status": 503, "times": 3}, *refused, says("Here")) == ["Here"]
    assert world.messages("alice", "inbound")[0]["attempts"] == 2
    assert world.conversation("alice").get("owner", "bot") == "bot"


@pytest.mark.parametrize("status", [400, 404])
def test_a_model_that_refuses_the_request_gives_way_at_once(world: World, status: int) -> None:
    assert _ask(world, {"status": status}, says("Here")) == ["Here"]
    assert models(world) == [MAIN, FALLBACK]


def test_another_model_never_sees_the_first_ones_signed_thoughts(world: World) -> None:
    react = call("react_to_instagram_message", message_number=1, emoji="👍")
    _ask(world, step(react), {"status": 503, "times": 3}, says("Here"))
    assert models(world)[-1] == FALLBACK
    assert [content["role"] for content in asked(world)[-1]["contents"]] == ["user"]
    assert [m["kind"] for m in world.messages("alice", "outgoing")] == ["text"]


def test_a_refused_key_is_nobody_elses_fault_and_the_message_waits(world: World) -> None:
    world.model_says({"status": 403})
    world.dm("alice", "hello")
    world.deliver_webhooks()
    world.next_task_at()
    world.run_tasks()
    assert models(world) == [MAIN]
    assert world.statuses("alice") == ["pending"]


def test_a_slow_model_ends_the_turn_not_the_claim(world: World) -> None:
    world.configure(turn_seconds=20)
    world.model_says(step(call("is_new_thread"), hold="thinking"))
    world.dm("alice", "hello")
    world.deliver_webhooks()
    world.next_task_at()
    with world.meanwhile_running_tasks():
        assert world.stack.gemini.gates.wait_for("thinking")
        world.advance(25)
        world.stack.gemini.gates.release("thinking")
    assert len(asked(world)) == 1
    world.settle()
    assert len(world.sent_to("alice")) == 1
    assert world.messages("alice", "inbound")[0]["attempts"] == 2
