"""One engine and one server for all tests of a process; each test begins with nothing stored."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from google.cloud.firestore import Client

from emulators.clock import SimClock
from emulators.firestore import inprocess
from emulators.firestore.engine import Engine
from emulators.firestore.server import FirestoreServer
from emulators.loop import LoopThread

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def loop() -> Iterator[LoopThread]:
    running = LoopThread("firestore-tests")
    yield running
    running.stop()


@pytest.fixture(scope="session")
def served(loop: LoopThread) -> Iterator[tuple[Engine, SimClock, str]]:
    clock = SimClock(START)
    engine = Engine(clock.now)
    server = FirestoreServer(engine, loop)
    server.start()
    yield engine, clock, server.address
    server.stop()


@pytest.fixture(scope="session")
def ticking(loop: LoopThread) -> Iterator[tuple[Engine, str]]:
    """An engine whose clock moves on by a millisecond whenever it is looked at, and its address."""
    ticks = itertools.count()
    engine = Engine(lambda: START + timedelta(milliseconds=next(ticks)))
    server = FirestoreServer(engine, loop)
    server.start()
    yield engine, server.address
    server.stop()


@pytest.fixture
def clock(served: tuple[Engine, SimClock, str]) -> SimClock:
    served[1].reset()
    return served[1]


@pytest.fixture
def engine(served: tuple[Engine, SimClock, str], clock: SimClock) -> Engine:
    served[0].reset()
    return served[0]


@pytest.fixture
def address(served: tuple[Engine, SimClock, str]) -> str:
    return served[2]


@pytest.fixture
def remote(engine: Engine, address: str, monkeypatch: pytest.MonkeyPatch) -> Client:
    """The real client, over the socket."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", address)
    return Client(project="moca-local")


@pytest.fixture
def near(engine: Engine) -> Client:
    """The real client, in process."""
    return inprocess.client(engine, "moca-local")


@pytest.fixture(params=["grpc", "inprocess"])
def client(request: pytest.FixtureRequest) -> Client:
    """The real client, over the socket and in process."""
    found: Client = request.getfixturevalue({"grpc": "remote", "inprocess": "near"}[request.param])
    return found
