"""Round trips are counted, exactly: nobody adds a read unseen."""

from tests.world import World


def _pick(counts: dict[str, int]) -> dict[str, int]:
    return {name: counts[name] for name in ("round_trips", "reads", "tasks")}


def _warm(world: World) -> None:
    """Settings cached, contact known, a history of one exchange."""
    world.configure(
        debounce_seconds=0, delay_min_seconds=1, delay_max_seconds=2, cooldown_seconds=0
    )
    world.dm("alice", "hello")
    world.settle()


def test_a_message_costs_the_webhook_one_commit_and_one_task(world: World) -> None:
    _warm(world)
    world.clear_counts()
    world.dm("bob", "warms the settings again")
    world.dm("alice", "and again")
    world.stack.instagram.webhooks.pump()
    counted = world.counts()["webhook"]
    settings_read = counted["rpcs"].get("BatchGetDocuments", 0)
    assert settings_read <= 1
    assert counted["rpcs"]["Commit"] == 2
    assert counted["tasks"] == 2
    assert counted["round_trips"] == 2 + settings_read


def test_a_duplicate_costs_the_webhook_the_same(world: World) -> None:
    _warm(world)
    world.stack.instagram.webhooks.redeliver()
    world.clear_counts()
    world.deliver_webhooks()
    assert world.counts()["webhook"]["rpcs"].get("Commit", 0) >= 1
