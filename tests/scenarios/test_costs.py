"""Round trips are counted, exactly: nobody adds a read unseen."""

import pytest

from tests.world import World


@pytest.fixture
def warm(world: World) -> World:
    """Instances that have read the settings just now, and a thread with a history."""
    world.configure(
        debounce_seconds=0, delay_min_seconds=1, delay_max_seconds=2, cooldown_seconds=0
    )
    world.dm("alice", "hello")
    world.settle()
    for function in ("process_thread", "deliver"):
        world.call_task(function, {"thread_id": world.thread("alice"), "trace_id": "warm"})
    world.post_webhook({"object": "instagram", "entry": []})
    world.clear_counts()
    return world


def _bubbles(number: int) -> list[dict[str, object]]:
    """Calls for so many bubbles; the same text twice in a turn would be sent once."""
    return [{"name": "send_instagram_message", "args": {"text": f"ok {n}"}} for n in range(number)]


def _rpcs(world: World, function: str) -> dict[str, int]:
    found: dict[str, int] = world.counts().get(function, {}).get("rpcs", {})
    return found


def test_a_message_costs_the_webhook_one_commit_and_one_task(warm: World) -> None:
    warm.dm("alice", "again")
    warm.deliver_webhooks()
    counted = warm.counts()["webhook"]
    assert _rpcs(warm, "webhook") == {"Commit": 1}
    assert (counted["reads"], counted["writes"], counted["tasks"]) == (0, 3, 1)


def test_a_duplicate_costs_the_webhook_no_more(warm: World) -> None:
    warm.dm("alice", "again")
    warm.deliver_webhooks()
    warm.clear_counts()
    warm.stack.instagram.webhooks.redeliver()
    warm.deliver_webhooks()
    assert _rpcs(warm, "webhook").get("Commit", 0) == 2  # both messages came again
    assert warm.counts()["webhook"]["writes"] == 0


def test_an_echo_of_ours_costs_one_query(warm: World) -> None:
    warm.dm("alice", "again")
    warm.deliver_webhooks()
    warm.next_task_at()
    warm.run_tasks()
    warm.clear_counts()
    warm.deliver_webhooks()
    assert _rpcs(warm, "webhook") == {"RunQuery": 1}


def test_a_turn_costs_six_round_trips_and_one_task(warm: World) -> None:
    warm.dm("alice", "again")
    warm.deliver_webhooks()
    warm.next_task_at()
    warm.clear_counts()
    warm.run_tasks()
    assert _rpcs(warm, "process_thread") == {"BatchGetDocuments": 2, "RunQuery": 2, "Commit": 2}
    assert warm.counts()["process_thread"]["tasks"] == 1


def test_a_turn_that_newer_messages_follow_costs_one_task_more(warm: World) -> None:
    reply = {"calls": [{"name": "send_instagram_message", "args": {"text": "ok"}}]}
    warm.model_says({**reply, "hold": "thinking"})
    warm.dm("alice", "again")
    warm.deliver_webhooks()
    warm.next_task_at()
    warm.clear_counts()
    with warm.meanwhile_running_tasks():
        assert warm.stack.gemini.gates.wait_for("thinking")
        warm.dm("alice", "and more")
        warm.deliver_webhooks()
        warm.stack.gemini.gates.release("thinking")
    assert warm.counts()["process_thread"]["tasks"] == 2


#: A lease of slots, once a block; its transaction is alone.
LEASE = 2


@pytest.mark.parametrize("bubbles", [1, 2, 3])
def test_a_first_bubble_costs_five_round_trips_and_each_next_four(
    warm: World, bubbles: int
) -> None:
    """Time stands still here, so that each next slot lies ahead: a task of its own, and what it
    reads at once is the conversation, the account and the item that the task names.
    """
    warm.model_says({"calls": _bubbles(bubbles)})
    warm.dm("alice", "again")
    warm.deliver_webhooks()
    warm.next_task_at()
    warm.clear_counts()
    warm.settle(within_seconds=1)
    assert len(warm.sent_to("alice")) == 1 + bubbles
    assert warm.counts()["deliver"]["round_trips"] == LEASE + 5 + 4 * (bubbles - 1)
    assert warm.counts()["deliver"]["tasks"] == bubbles - 1


def test_a_next_bubble_whose_slot_has_come_costs_two(warm: World) -> None:
    warm.model_says({"calls": _bubbles(2)})
    warm.instagram_does({"hold": "sending"})
    warm.dm("alice", "again")
    warm.deliver_webhooks()
    warm.next_task_at()
    warm.clear_counts()
    with warm.meanwhile_running_tasks():
        assert warm.stack.instagram.core.gates.wait_for("sending")
        warm.advance(0.5)
        warm.stack.instagram.core.gates.release("sending")
    assert warm.counts()["deliver"]["round_trips"] == LEASE + 5 + 2
    assert warm.counts()["deliver"]["tasks"] == 0


def test_the_length_of_the_history_costs_nothing(warm: World) -> None:
    for n in range(60):
        path = f"conversations/{warm.thread('alice')}/messages/old{n}"
        warm.store.document(path).set({"status": "processed", "created_at": warm.clock.now()})
    warm.dm("alice", "again")
    warm.deliver_webhooks()
    warm.next_task_at()
    warm.clear_counts()
    warm.run_tasks()
    assert warm.counts()["process_thread"]["round_trips"] == 6


def test_a_sweep_with_nothing_to_do_costs_six_small_queries(warm: World) -> None:
    warm.settle()
    warm.advance((40 - warm.clock.now().minute) % 60 * 60)  # not the hour's run for the accounts
    warm.clear_counts()
    kinds = ("turns", "deliveries", "unconfirmed", "returned", "reopened", "reminded")
    assert warm.call_task("sweep", {}).json() == {"repaired": dict.fromkeys(kinds, 0)}
    assert _rpcs(warm, "sweep") == {"RunQuery": 6}  # each kind but the third, and alerts
    assert warm.counts()["sweep"]["reads"] == 6
