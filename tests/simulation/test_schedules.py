"""The schedules that broke the first draft of the protocol, by name; each ends in quiescence."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.simulation.scene import Scene, scene

COMMIT, TASK, SEND = "Firestore.Commit", "Tasks.CreateTask", "Graph.send"


@pytest.fixture
def play() -> Iterator[Scene]:
    with scene() as made:
        yield made


def _answered(play: Scene, *texts: str) -> None:
    play.rest()
    assert [play.inbound()[text] for text in texts] == ["processed"] * len(texts)
    for text in texts:
        assert sum(text in bubble for bubble in play.sent()) >= 1


def test_01_a_message_that_comes_while_its_buckets_task_runs(play: Scene) -> None:
    play.writes("q1")
    play.post()
    turn = play.until(play.task("process_thread"), "before Model.generate")
    play.writes("q2")
    play.post()
    play.end(turn)
    _answered(play, "q1", "q2")


def test_02_the_task_runs_between_create_task_and_commit(play: Scene) -> None:
    play.writes("q1")
    hook = play.webhook()
    play.until(hook, f"before {COMMIT}")
    assert play.world.arrivals.engine.list_tasks()
    assert play.run("process_thread") == 200
    assert play.end(hook) == 200
    _answered(play, "q1")


def test_03_a_redelivery_long_after_its_first_task_ran_empty(play: Scene) -> None:
    play.order("webhook", COMMIT, before="DEADLINE_EXCEEDED")
    play.writes("q1")
    assert play.end(play.webhook()) == 503
    play.run("process_thread")
    play.post()
    _answered(play, "q1")


def test_04_a_follow_up_while_its_bucket_mate_runs(play: Scene) -> None:
    play.writes("q1")
    play.post()
    turn = play.until(play.task("process_thread"), f"before {COMMIT}")
    play.writes("q2")
    play.post()
    play.end(turn)
    play.run("process_thread")
    _answered(play, "q1", "q2")


def test_05_a_wait_does_not_ask_for_its_own_name(play: Scene) -> None:
    for n in range(4):
        play.writes(f"q{n}")
        play.post()
        play.wait(3)
    play.run("process_thread")
    play.run("process_thread")
    _answered(play, "q0", "q3")


@pytest.mark.parametrize("how", [{"before": "UNAVAILABLE"}, {"before": "crash"}])
def test_06_finish_commits_and_the_delivery_is_not_ensured(
    play: Scene, how: dict[str, Any]
) -> None:
    play.writes("q1")
    play.post()
    turn = play.until(play.task("process_thread"), "before Model.generate")
    for _ in range(8 if how["before"] != "crash" else 1):
        play.order("process_thread", TASK, **how)
    play.end(turn)
    _answered(play, "q1")


def test_07_finish_fails_and_release_fails(play: Scene) -> None:
    play.writes("q1")
    play.post()
    turn = play.until(play.task("process_thread"), "after Model.generate")
    for _ in range(12):
        play.order("process_thread", COMMIT, before="UNAVAILABLE")
    assert play.end(turn) == 503
    _answered(play, "q1")


def test_08_a_duplicate_dispatch_says_busy_and_the_original_releases(play: Scene) -> None:
    play.writes("q1")
    play.post()
    play.world.arrivals.engine.configure({"duplicate": 1.0})
    turn = play.until(play.task("process_thread"), "before Model.generate")
    play.run("process_thread")
    play.order("process_thread", "Model.generate", after="error")
    play.end(turn)
    play.world.arrivals.calm()
    _answered(play, "q1")


def test_09_a_newer_message_found_busy_before_the_older_one_failed(play: Scene) -> None:
    play.world.configure(max_attempts=1)
    play.writes("q1 poison")
    play.post()
    turn = play.until(play.task("process_thread"), "before Model.generate")
    play.writes("q2")
    play.post()
    play.run("process_thread")
    play.end(turn)
    play.rest()
    assert play.inbound() == {"q1 poison": "failed", "q2": "processed"}


def test_10_the_messages_limit_comes_before_the_queues(play: Scene) -> None:
    play.writes("q1 poison")
    play.post()
    play.rest()
    assert play.inbound() == {"q1 poison": "failed"}


def test_11_a_message_that_kills_the_instance_is_given_up(play: Scene) -> None:
    for _ in range(5):
        play.order("process_thread", "Model.generate", before="crash")
    play.writes("q1")
    play.post()
    play.rest()
    assert play.inbound() == {"q1": "failed"}


def test_12_a_human_types_and_hands_back_before_finish_looks(play: Scene) -> None:
    play.world.configure(handoff_minutes=0.02)
    play.writes("q1")
    play.post()
    turn = play.until(play.task("process_thread"), "after Model.generate")
    play.types("I am on it")
    play.post()
    play.wait(5)
    play.end(turn)
    play.rest()
    assert play.sent() == []


def test_13_a_redelivered_foreign_echo_does_not_take_over_again(play: Scene) -> None:
    play.types("I am on it")
    letter = play.world.mail.letters[0]
    play.post()
    epoch = play.conversation()["owner_epoch"]
    play.world.mail.letters.append(letter)
    play.post()
    assert play.conversation()["owner_epoch"] == epoch
    play.rest()


def test_14_an_unsend_before_the_turn_keeps_the_message_from_being_answered(play: Scene) -> None:
    play.writes("q1")
    play.post()
    play.world.does("alice", "unsend", "")
    play.post()
    play.rest()
    assert play.sent() == []


def test_15_the_sweep_beside_a_finishing_turn(play: Scene) -> None:
    play.writes("q1")
    play.post()
    turn = play.until(play.task("process_thread"), "after Model.generate")
    play.wait(200)
    play.end(play.world.sweep())
    play.end(turn)
    _answered(play, "q1")


@pytest.mark.parametrize("when", ["before", "after"])
def test_16_a_sender_dies_around_its_call(play: Scene, when: str) -> None:
    play.order("deliver", SEND, **{when: "crash"})
    play.writes("q1")
    play.post()
    play.run("process_thread")
    play.rest()
    arrived = [bubble for bubble in play.sent() if bubble.endswith("#1.1")]
    assert len(arrived) == (1 if when == "after" else 0)


def test_17_the_echo_settles_the_item_before_the_record(play: Scene) -> None:
    play.order("deliver", SEND, after="timeout")
    play.writes("q1")
    play.post()
    play.run("process_thread")
    sender = play.until(play.task("deliver"), f"after {SEND}")
    play.post()
    play.end(sender)
    _answered(play, "q1")


def test_18_an_ambiguous_answer_to_a_send_that_was_applied(play: Scene) -> None:
    play.order("deliver", SEND, after="ambiguous")
    play.writes("q1")
    play.post()
    play.run("process_thread")
    _answered(play, "q1")
    assert len(play.sent()) == len(set(play.sent()))
    assert play.conversation().get("owner", "bot") == "bot"


def test_19_a_slow_sender_is_not_overtaken(play: Scene) -> None:
    play.writes("q1")
    play.post()
    play.run("process_thread")
    sender = play.until(play.task("deliver"), f"after {SEND}")
    play.wait(20)
    play.end(play.world.sweep())
    play.end(sender)
    _answered(play, "q1")


def test_20_an_unconfirmed_bubble_holds_the_line(play: Scene) -> None:
    play.order("deliver", SEND, before="timeout")
    play.writes("q1")
    play.post()
    play.run("process_thread")
    play.run("deliver")
    assert play.conversation()["sending"]
    play.rest()
    assert play.inbound() == {"q1": "processed"}


def test_21_a_human_types_while_a_bubble_is_on_its_way(play: Scene) -> None:
    play.writes("q1")
    play.post()
    play.run("process_thread")
    sender = play.until(play.task("deliver"), f"before {SEND}")
    play.wait(1)
    play.types("re q1 #1.1")
    play.post()
    play.end(sender)
    assert play.conversation()["owner"] == "human"
    play.rest()


def test_22_a_takeover_while_a_slot_is_waited_for(play: Scene) -> None:
    play.writes("q1")
    play.post()
    play.run("process_thread")
    sender = play.until(play.task("deliver"), f"after {COMMIT}")  # the slot is leased
    play.wait(1)
    play.types("let me")
    play.post()
    play.end(sender)
    play.rest()
    assert play.sent() == []


def test_23_stop_is_honoured_by_what_is_queued(play: Scene) -> None:
    play.writes("q1")
    play.post()
    play.run("process_thread")
    play.writes("STOP")
    play.post()
    play.rest()
    assert play.sent() == []
