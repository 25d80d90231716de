"""From a person's message to exactly one reply."""

from typing import Any

from tests.world import World

#: A turn asks the model three times, and then the fallback model three times.
TRIES_OF_A_TURN = 6


def _reply(text: str, **more: Any) -> dict[str, Any]:
    return {"calls": [{"name": "send_instagram_message", "args": {"text": text}}], **more}


def test_one_message_gets_exactly_one_reply(world: World) -> None:
    world.dm("alice", "hello")
    world.settle()
    assert len(world.sent_to("alice")) == 1
    assert world.statuses("alice") == ["processed"]
    assert world.statuses("alice", "outgoing") == ["sent"]


def test_three_quick_messages_get_one_reply_that_saw_all_three(world: World) -> None:
    for text in ("do you", "have a table", "for six?"):
        world.dm("alice", text)
        world.deliver_webhooks()
        world.advance(1)
    world.settle()
    (reply,) = world.sent_to("alice")
    assert all(text in reply for text in ("do you", "have a table", "for six?"))
    assert world.statuses("alice") == ["processed"] * 3


def test_the_same_webhook_five_times_gets_one_reply(world: World) -> None:
    world.dm("alice", "hello")
    world.deliver_webhooks()
    for _ in range(4):
        world.stack.instagram.webhooks.redeliver()
        world.settle(within_seconds=3)
    world.settle()
    world.stack.instagram.webhooks.redeliver()
    world.settle()
    assert len(world.sent_to("alice")) == 1
    assert len(world.messages("alice", "inbound")) == 1


def test_people_are_answered_apart(world: World) -> None:
    world.dm("alice", "apples?")
    world.dm("bob", "bananas?")
    world.settle()
    (to_alice,), (to_bob,) = world.sent_to("alice"), world.sent_to("bob")
    assert "apples" in to_alice
    assert "bananas" in to_bob


def test_text_beyond_ascii_survives_the_way_meta_signs_it(world: World) -> None:
    text = "¿Tenéis sitio? 🎾 Grüße / % <sicher> @home"
    world.dm("alice", text)
    world.settle()
    (stored,) = world.messages("alice", "inbound")
    assert stored["text"] == text
    assert text in world.sent_to("alice")[0]


def test_two_processors_at_once_run_one_turn(world: World) -> None:
    world.dm("alice", "hello")
    world.deliver_webhooks()
    world.next_task_at()
    world.model_says(_reply("Hi Alice!", hold="thinking"))
    with world.meanwhile_running_tasks():
        assert world.stack.gemini.gates.wait_for("thinking")
        body = {"thread_id": world.thread("alice"), "trace_id": "second"}
        second = world.call_task("process_thread", body)
        world.stack.gemini.gates.release("thinking")
    assert second.json() == {"outcome": "busy"}
    world.settle()
    assert world.sent_to("alice") == ["Hi Alice!"]
    assert len(world.model_requests()) == 1


def test_messages_that_arrive_during_a_turn_get_a_turn_of_their_own(world: World) -> None:
    world.dm("alice", "first")
    world.deliver_webhooks()
    world.next_task_at()
    world.model_says(_reply("About the first", hold="thinking"), _reply("About the second"))
    with world.meanwhile_running_tasks():
        assert world.stack.gemini.gates.wait_for("thinking")
        world.dm("alice", "second")
        world.deliver_webhooks()
        world.stack.gemini.gates.release("thinking")
    world.settle()
    assert world.sent_to("alice") == ["About the first", "About the second"]
    assert world.statuses("alice") == ["processed", "processed"]


def test_a_failing_model_leaves_the_message_pending_until_a_retry_answers_it(world: World) -> None:
    world.dm("alice", "hello")
    world.deliver_webhooks()
    world.model_says({"status": 503, "times": TRIES_OF_A_TURN})
    world.next_task_at()
    assert world.run_tasks() == 1
    assert world.statuses("alice") == ["pending"]
    world.settle()
    assert len(world.sent_to("alice")) == 1
    assert world.messages("alice", "inbound")[0]["attempts"] == 2


def test_a_model_that_never_answers_ends_in_failed_and_newer_messages_go_on(world: World) -> None:
    world.dm("alice", "poison")
    world.model_says({"status": 503, "times": 5 * TRIES_OF_A_TURN})
    world.settle(within_seconds=3600)
    assert world.statuses("alice") == ["failed"]
    assert world.sent_to("alice") == []
    assert len(world.documents("manager_alerts")) == 1
    world.dm("alice", "still there?")
    world.settle()
    assert len(world.sent_to("alice")) == 1


def test_do_not_reply_processes_the_message_without_a_word(world: World) -> None:
    world.model_says({"calls": [{"name": "do_not_reply", "args": {"reason": "a lone thanks"}}]})
    world.dm("alice", "thanks")
    world.settle()
    assert world.sent_to("alice") == []
    (stored,) = world.messages("alice", "inbound")
    assert (stored["status"], stored["reason"]) == ("processed", "a lone thanks")


def test_several_bubbles_arrive_in_order(world: World) -> None:
    calls = [{"name": "send_instagram_message", "args": {"text": t}} for t in ("one", "two", "3")]
    world.model_says({"calls": calls})
    world.dm("alice", "hello")
    world.settle()
    assert world.sent_to("alice") == ["one", "two", "3"]
