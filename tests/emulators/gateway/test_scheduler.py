"""The sweep is called every five minutes of the local clock."""

import queue
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from emulators.clock import SimClock
from emulators.cloud_tasks.tokens import Tokens
from emulators.gateway.scheduler import Scheduler
from emulators.http import HttpServer
from tests.world import World

Calls = queue.Queue[str]


@pytest.fixture
def clock() -> SimClock:
    return SimClock(datetime(2026, 11, 2, tzinfo=UTC))


@pytest.fixture
def calls(clock: SimClock) -> Iterator[Calls]:
    """The Authorization headers with which a running scheduler called."""
    seen: Calls = queue.Queue()

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        seen.put(environ["HTTP_AUTHORIZATION"])
        start_response("200 OK", [("Content-Length", "0")])
        return [b""]

    server = HttpServer(app).start()
    scheduler = Scheduler(clock, Tokens(clock.now), server.url, "a@b.example", lambda: None)
    scheduler.start()
    yield seen
    scheduler.stop()
    server.stop()


def test_it_calls_after_five_minutes_and_again_after_five_more(
    clock: SimClock, calls: Calls
) -> None:
    for _ in range(2):
        clock.advance(299)
        assert calls.empty()
        clock.advance(1)
        assert calls.get(timeout=10).startswith("Bearer ")


def test_a_long_jump_is_made_up_for_by_one_call(clock: SimClock, calls: Calls) -> None:
    clock.advance(3600)
    assert calls.get(timeout=10)
    clock.advance(299)
    assert calls.empty()


def test_the_sweep_lets_it_through(world: World) -> None:
    assert world.stack.scheduler.run() == 200
