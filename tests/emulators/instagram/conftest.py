"""One world for the whole package, reset between tests."""

from collections.abc import Iterator

import pytest

from tests.emulators.instagram.world import World


@pytest.fixture(scope="package")
def started_world() -> Iterator[World]:
    world = World()
    yield world
    world.close()


@pytest.fixture
def world(started_world: World) -> World:
    started_world.reset()
    return started_world
