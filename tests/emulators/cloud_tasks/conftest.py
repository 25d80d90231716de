"""One server for the module, the real client over either transport, and a worker to call."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import grpc
import pytest
from google.api_core.gapic_v1.client_info import ClientInfo
from google.cloud.tasks_v2 import CloudTasksClient
from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksGrpcTransport

from emulators.clock import SimClock
from emulators.cloud_tasks import inprocess
from emulators.cloud_tasks.dispatcher import Dispatcher
from emulators.cloud_tasks.engine import TasksEngine
from emulators.cloud_tasks.server import TasksServer
from emulators.http import HttpServer
from emulators.loop import LoopThread
from emulators.secret_manager.engine import SecretsEngine

Client = Any  # a client of Google: its hints leave out the dicts that it also takes
START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PARENT = "projects/p/locations/l"
QUEUE = f"{PARENT}/queues/q"


@dataclass
class Request:
    """What the worker received."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Worker:
    """Answers by the list, then with 200; `meanwhile` runs before each answer."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    retry_after: str = ""
    requests: list[Request] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        headers = {name[5:]: value for name, value in environ.items() if name[:5] == "HTTP_"}
        if "CONTENT_TYPE" in environ:
            headers["CONTENT_TYPE"] = environ["CONTENT_TYPE"]
        path = environ["PATH_INFO"] + "?" + environ["QUERY_STRING"]
        self.requests.append(Request(environ["REQUEST_METHOD"], path, headers, body))
        status = self.answers.pop(0) if self.answers else 200
        self.meanwhile()
        extra = [("Retry-After", self.retry_after)] if self.retry_after else []
        start(f"{status} X", [("Content-Length", "0"), *extra])
        return [b""]


@dataclass
class World:
    """Everything that a test may touch beside the client."""

    clock: SimClock
    engine: TasksEngine
    dispatcher: Dispatcher
    address: str


@pytest.fixture(scope="module")
def running() -> Iterator[World]:
    clock, loop = SimClock(START), LoopThread()
    engine = TasksEngine(clock.now)
    server = TasksServer(engine, SecretsEngine(clock.now), loop).start()
    yield World(clock, engine, Dispatcher(engine, clock), server.address)
    server.stop()
    loop.stop()


@pytest.fixture
def world(running: World) -> World:
    running.clock.reset()
    running.engine.reset()
    return running


@pytest.fixture(scope="module")
def served() -> Iterator[Worker]:
    worker = Worker()
    server = HttpServer(worker).start()
    worker.url = server.url
    yield worker
    server.stop()


@pytest.fixture
def worker(served: Worker) -> Worker:
    served.answers, served.requests, served.retry_after = [], [], ""
    served.meanwhile = lambda: None
    return served


@pytest.fixture(params=["grpc", "in process"])
def client(request: pytest.FixtureRequest, world: World) -> Iterator[Client]:
    if request.param == "in process":
        yield inprocess.client(world.engine, "webhook")
        return
    with grpc.insecure_channel(world.address) as channel:
        info = ClientInfo(user_agent="moca-webhook")
        yield CloudTasksClient(transport=CloudTasksGrpcTransport(channel=channel, client_info=info))


@pytest.fixture
def tasks(world: World) -> Client:
    """The client for tests of dispatch, where the transport makes no difference."""
    client: Client = inprocess.client(world.engine)
    client.create_queue(parent=PARENT, queue={"name": QUEUE})
    return client
