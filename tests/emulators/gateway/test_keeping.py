"""What `--data` keeps of Instagram's side."""

from datetime import UTC, datetime
from pathlib import Path

from emulators.clock import SimClock
from emulators.gateway import keeping
from emulators.instagram.happenings import person_does
from emulators.instagram.simulator import InstagramSim
from emulators.instagram.views import conversation


def _instagram() -> InstagramSim:
    clock = SimClock(datetime(2026, 11, 2, tzinfo=UTC))
    return InstagramSim(clock, "http://127.0.0.1:9/webhook")


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
