"""What `--data` keeps of Instagram's side, and that a run goes on where the last one ended."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from emulators.clock import SimClock
from emulators.gateway import keeping
from emulators.gateway.local import LocalStack
from emulators.instagram.happenings import person_does
from emulators.instagram.simulator import InstagramSim
from emulators.instagram.views import conversation
from tests.world import World

BEGAN = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)  # the half hour at which tokens are renewed


def _instagram() -> InstagramSim:
    return InstagramSim(SimClock(BEGAN), "http://127.0.0.1:9/webhook")


@contextmanager
def _run(folder: Path, began: datetime) -> Iterator[World]:
    """One run over a folder that keeps its state."""
    stack = LocalStack(SimClock(began), folder=folder).start()
    try:
        yield World(stack)
    finally:
        stack.stop()


def test_conversations_outlive_the_run(tmp_path: Path) -> None:
    before, after = _instagram(), _instagram()
    person_does(before.core, {"from": "alice", "text": "remember me 🥐"})
    keeping.save(before.core, tmp_path)
    keeping.load(after.core, tmp_path)
    alice = InstagramSim.igsid("alice")
    assert conversation(after.core.state, alice) == conversation(before.core.state, alice)
    assert conversation(after.core.state, alice)["with_name"] == "alice"


def test_a_first_run_has_nothing_to_remember(tmp_path: Path) -> None:
    sim = _instagram()
    keeping.load(sim.core, tmp_path)
    assert list(sim.core.state.people) == []


def test_a_file_of_something_else_is_named(tmp_path: Path) -> None:
    (tmp_path / "instagram.pickle").write_text("no pickle")
    with pytest.raises(ValueError, match=r"instagram\.pickle cannot be read"):
        keeping.load(_instagram().core, tmp_path)


def test_what_waited_when_a_run_ended_is_answered_and_sent_in_the_next(tmp_path: Path) -> None:
    with _run(tmp_path, BEGAN) as first:
        first.stack.scheduler.run()  # renews the access token
        first.instagram_does({"code": 613})  # a throttled reply waits
        first.dm("bob", "Is there parking?")
        first.settle(within_seconds=30)
        first.dm("alice", "Are you open on Sunday?")
        first.deliver_webhooks()
        assert first.statuses("bob", "outgoing") == ["queued"]
        assert first.statuses("alice") == ["pending"]
    with _run(tmp_path, BEGAN + timedelta(hours=1)) as second:
        assert second.stack.tasks.list_tasks() == []
        second.stack.scheduler.run()
        second.settle()
        assert (len(second.sent_to("bob")), len(second.sent_to("alice"))) == (1, 1)
