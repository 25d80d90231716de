"""Eight people write at the same time, and time runs: transactions meet, and each must pass.

On Google's emulator a transaction that has asked for messages keeps every other thread's from being
written, and who waits there for two seconds is sent back.
"""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from emulators.clock import SimClock
from emulators.gateway.local import LocalStack
from tests.world import World

PEOPLE = [f"person{number}" for number in range(8)]
EACH = 3
BETWEEN_SECONDS = 0.25
"""So that all is said within six seconds."""
PATIENCE = timedelta(minutes=2)
"""Google's emulator takes some thirty seconds where nothing else runs beside it, ours eight."""


@pytest.fixture
def live(store_host: str) -> Iterator[World]:
    """Moca as `./dev up` has it, quick and in real time."""
    stack = LocalStack(SimClock(), firestore_host=store_host).start()
    stack.reset()
    yield World(stack)
    stack.stop()


def test_a_crowd_is_answered_though_everybody_stands_in_everybodys_way(live: World) -> None:
    for _ in range(EACH):
        for person in PEOPLE:
            live.dm(person, "hello")
            live.clock.pause(BETWEEN_SECONDS)
    _wait(live, lambda: all(_answered(live, person) for person in PEOPLE))
    _wait(live, lambda: _heard_of_all(live))
    statuses = {status for person in PEOPLE for status in live.statuses(person, "outgoing")}
    assert statuses == {"sent"}


def _answered(world: World, person: str) -> bool:
    processed = world.statuses(person) == ["processed"] * EACH
    return processed and not world.conversation(person).get("outbox")


def _heard_of_all(world: World) -> bool:
    """Whether every webhook has its answer: those that tell of what was sent, too."""
    webhooks = world.stack.instagram.webhooks
    return not webhooks.waiting() and all(made.statuses for made in webhooks.delivered())


def _wait(world: World, fact: Callable[[], bool]) -> None:
    """Return once the fact holds; each commit may have made it true."""
    changed = threading.Event()
    world.stack.firestore.listen(changed.set)
    until = world.clock.now() + PATIENCE
    while not fact():
        assert world.clock.now() < until, [world.statuses(person) for person in PEOPLE]
        changed.wait(0.5)
        changed.clear()
