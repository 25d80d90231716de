"""The queue file, the server and the command, as a stranger would use them."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.api_core import exceptions
from google.cloud.tasks_v2 import CloudTasksAsyncClient, CloudTasksClient
from google.cloud.tasks_v2.services.cloud_tasks import transports

from emulators.cloud_tasks import inprocess
from emulators.cloud_tasks.engine import TasksEngine
from emulators.refused import Refused
from tests.emulators.cloud_tasks.conftest import PARENT, QUEUE, Client, World

FILE = {
    "queues": [
        {
            "name": "dm-processing",
            "rateLimits": {"maxDispatchesPerSecond": 50, "maxBurstSize": 100},
            "retryConfig": {"maxAttempts": -1, "minBackoff": "1.5s"},
        }
    ]
}
TASK = {"http_request": {"url": "http://127.0.0.1:9/"}}


def test_a_file_s_queues_are_there_from_the_start_and_after_a_reset(
    world: World, tmp_path: Path
) -> None:
    path = tmp_path / "queues.json"
    path.write_text(json.dumps(FILE))
    engine = TasksEngine(world.clock.now)
    engine.queue_from_file(path, PARENT)
    engine.reset()

    queue = engine.get_queue(f"{PARENT}/queues/dm-processing")
    assert (queue.rate_limits.max_burst_size, queue.retry_config.max_attempts) == (100, -1)
    assert queue.retry_config.min_backoff.ToMilliseconds() == 1500


@pytest.mark.parametrize("content", ["[]", '{"queues": [{"nmae": "x"}]}', "{"])
def test_a_file_with_a_mistake_is_refused(world: World, tmp_path: Path, content: str) -> None:
    path = tmp_path / "queues.json"
    path.write_text(content)

    with pytest.raises(ValueError, match=r"queues|nmae|Expecting"):
        TasksEngine(world.clock.now).queue_from_file(path)


def test_bytes_that_are_no_message_are_refused(world: World) -> None:
    method = "/google.cloud.tasks.v2.CloudTasks/CreateTask"
    with grpc.insecure_channel(world.address) as channel:
        call: Any = channel.unary_unary(method)
        with pytest.raises(grpc.RpcError) as refused:
            call(b"\xff\xff\xff", timeout=5)

    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT


def test_the_async_client_works_too(world: World) -> None:
    async def create() -> str:
        async with grpc.aio.insecure_channel(world.address) as channel:
            transport = transports.CloudTasksGrpcAsyncIOTransport(channel=channel)
            client: Client = CloudTasksAsyncClient(transport=transport)
            await client.create_queue(parent=PARENT, queue={"name": QUEUE})
            return str((await client.create_task(parent=QUEUE, task=TASK)).name)

    assert asyncio.run(create()).startswith(f"{QUEUE}/tasks/")


def test_a_hook_can_fail_a_call_before_or_after_its_effect(world: World) -> None:
    def fail(_: str) -> None:
        raise Refused(grpc.StatusCode.UNAVAILABLE, "cut")

    calm: Client = inprocess.client(world.engine)
    calm.create_queue(parent=PARENT, queue={"name": QUEUE})
    for before, after, stored in ((fail, None, 0), (None, fail, 1)):
        client: Client = inprocess.client(world.engine, before=before, after=after)
        with pytest.raises(exceptions.ServiceUnavailable):
            client.create_task(parent=QUEUE, task=TASK)
        assert len(world.engine.list_tasks()) == stored


def test_a_hook_s_own_exception_passes_through_the_client(world: World) -> None:
    def crash(_: str) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        inprocess.client(world.engine, before=crash).get_queue(name=QUEUE)


def test_the_command_serves_until_it_is_told_to_stop() -> None:
    command = [sys.executable, "-m", "emulators.cloud_tasks", "--port", "0"]
    with subprocess.Popen(  # noqa: S603 (our own command)
        command, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-2]
        with grpc.insecure_channel(address) as channel:
            transport = transports.CloudTasksGrpcTransport(channel=channel)
            client: Client = CloudTasksClient(transport=transport)
            client.create_queue(parent=PARENT, queue={"name": QUEUE})
        process.terminate()
        assert process.wait(10) == 0
