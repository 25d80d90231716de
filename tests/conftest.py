"""What every test shares: one running world per process, new for each test."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import structlog

from emulators.clock import SimClock
from emulators.gateway.local import LocalStack
from tests.world import World

pytest_plugins = ("tests.stores",)

#: Where every world's time begins.
BEGINNING = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def _stack(store_host: str) -> Iterator[LocalStack]:
    stack = LocalStack(SimClock(frozen_at=BEGINNING), firestore_host=store_host).start()
    yield stack
    stack.stop()


@pytest.fixture
def world(_stack: LocalStack) -> World:
    """Moca on this machine, in which nobody has written yet."""
    world = World(_stack)
    world.reset()
    return world


@pytest.fixture(autouse=True)
def _log() -> Iterator[None]:
    """How the process logs is set up by each test for itself, and by nobody for the next one."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest file first: a file stays on one core, and nothing shortens the last one."""
    items.sort(key=lambda item: "simulation" not in item.path.parts)
