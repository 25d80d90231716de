"""Whatever a client sends is answered or refused; nothing else happens to the engine."""

from typing import Any

import grpc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulators.cloud_tasks import messages as m
from emulators.cloud_tasks import rpc
from emulators.cloud_tasks.unary import Service
from emulators.refused import Refused
from tests.emulators.cloud_tasks.conftest import PARENT, QUEUE, World

HONEST = (
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.ALREADY_EXISTS,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.UNIMPLEMENTED,
)
INT64 = st.integers(-(2**63), 2**63 - 1)
INT32 = st.integers(-(2**31), 2**31 - 1)
SPANS = st.fixed_dictionaries({}, optional={"seconds": INT64, "nanos": INT32})
RETRIES = st.fixed_dictionaries(
    {},
    optional={
        "max_attempts": INT32,
        "max_doublings": INT32,
        "min_backoff": SPANS,
        "max_backoff": SPANS,
        "max_retry_duration": SPANS,
    },
)
URLS = st.text().map(lambda rest: f"http://{rest}") | st.just("http://127.0.0.1:9/")
TASKS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"http_request": st.fixed_dictionaries({"url": URLS}, optional={"headers": st.just({})})},
    optional={
        "name": st.text() | st.text().map(lambda end: f"{QUEUE}/tasks/{end}"),
        "schedule_time": SPANS,
        "dispatch_deadline": SPANS,
        "retry_config": RETRIES,
    },
)
MANY = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def service(world: World) -> Service:
    world.engine.create_queue(PARENT, m.Queue(name=QUEUE))
    return rpc.service(world.engine)


def answered(service: Service, method: str, payload: bytes) -> bool:
    try:
        service.call(method, payload, [])
    except Refused as refused:
        if refused.code in HONEST:
            return False
        raise
    return True


@MANY
@given(data=st.data(), payload=st.binary(max_size=60))
def test_random_bytes_never_crash(service: Service, data: Any, payload: bytes) -> None:
    answered(service, data.draw(st.sampled_from(sorted(service.methods))), payload)


@MANY
@given(task=TASKS)
def test_a_task_is_refused_or_can_be_dispatched(
    service: Service, world: World, task: dict[str, Any]
) -> None:
    request = m.CreateTaskRequest(parent=QUEUE, task=m.Task(**task))

    if answered(service, "CreateTask", request.SerializeToString()):
        world.engine.run_task(f"{QUEUE}/tasks/{world.engine.list_tasks()[-1]['name']}")
        [attempt] = world.engine.due(world.clock.now(), limit=1)
        world.engine.finish(attempt, 500)
        world.engine.purge_queue(QUEUE)


@MANY
@given(
    rate=st.floats(),
    retry=RETRIES,
    paths=st.lists(st.sampled_from(["rate_limits", "retry_config", "retry_config.x", "", "a.b"])),
)
def test_a_queue_is_refused_or_works(
    service: Service, world: World, rate: float, retry: dict[str, Any], paths: list[str]
) -> None:
    limits = {"max_dispatches_per_second": rate}
    queue = m.Queue(name=QUEUE, rate_limits=limits, retry_config=retry)
    request = m.UpdateQueueRequest(queue=queue, update_mask={"paths": paths})

    answered(service, "UpdateQueue", request.SerializeToString())

    world.clock.advance(10**7)
    task = m.Task(http_request={"url": "http://127.0.0.1:9/"})
    world.engine.create_task(QUEUE, task)
    for attempt in world.engine.due(world.clock.now()):
        world.engine.finish(attempt, 500)
    world.engine.purge_queue(QUEUE)
