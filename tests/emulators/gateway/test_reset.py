"""What a test leaves behind for the next one: nothing, not even its time."""

from datetime import timedelta

from tests.world import World


def test_after_a_reset_time_begins_anew_and_everything_works_at_once(world: World) -> None:
    began = world.clock.now()
    world.advance(30 * 24 * 3600)
    world.dm("alice", "hello")
    world.settle()
    world.reset()
    assert world.clock.now() == began
    world.dm("alice", "hello")
    world.settle()
    assert len(world.sent_to("alice")) == 1
    stored = world.store.document(f"conversations/{world.thread('alice')}").get()
    assert began < stored.create_time < began + timedelta(seconds=1)
