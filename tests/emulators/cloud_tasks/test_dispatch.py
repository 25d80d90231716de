"""What the worker receives, and what its answers do: over real HTTP, on a frozen clock."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from google.api_core import exceptions

from tests.emulators.cloud_tasks.conftest import QUEUE, START, Client, Worker, World

ACCOUNT = "moca@p.iam.gserviceaccount.com"


def add(tasks: Client, worker: Worker, task_id: str = "a", **fields: Any) -> str:
    request = {"url": f"{worker.url}/work?x=1", **fields.pop("http_request", {})}
    task = {"name": f"{QUEUE}/tasks/{task_id}", "http_request": request, **fields}
    return str(tasks.create_task(parent=QUEUE, task=task).name)


def retry(tasks: Client, **config: Any) -> None:
    tasks.update_queue(
        queue={"name": QUEUE, "retry_config": config}, update_mask={"paths": ["retry_config"]}
    )


def fail_until_gone(world: World, worker: Worker, limit: int = 20) -> list[float]:
    """Seconds between the attempts of a task whose worker always fails."""
    worker.answers = [500] * limit
    waits: list[float] = []
    world.dispatcher.run_due()
    while (at := world.engine.next_at()) is not None and len(waits) < limit:
        waits.append((at - world.clock.now()).total_seconds())
        world.clock.set(at)
        world.dispatcher.run_due()
    return waits


def test_a_task_goes_out_at_its_schedule_time_and_not_before(
    tasks: Client, world: World, worker: Worker
) -> None:
    add(tasks, worker, schedule_time=START + timedelta(seconds=5))

    world.clock.advance(4.999)
    assert world.dispatcher.run_due() == 0
    world.clock.advance(0.001)
    assert world.dispatcher.run_due() == 1
    assert world.engine.list_tasks() == []


def test_the_request_carries_what_the_task_says(
    tasks: Client, world: World, worker: Worker
) -> None:
    add(tasks, worker, http_request={"body": b"\x00hi", "headers": {"X-Mine": "1", "Host": "no"}})

    world.dispatcher.run_due()

    [request] = worker.requests
    assert (request.method, request.path, request.body) == ("POST", "/work?x=1", b"\x00hi")
    assert request.headers["X_MINE"] == "1"
    assert request.headers["USER_AGENT"] == "Google-Cloud-Tasks"
    assert request.headers["HOST"] in worker.url
    assert "CONTENT_TYPE" not in request.headers


def test_the_headers_follow_the_recorded_sequence(
    tasks: Client, world: World, worker: Worker
) -> None:
    worker.answers = [503, 404, 429, 500, 302, 200]
    add(tasks, worker)

    for _ in range(6):
        assert world.dispatcher.run_due() == 1
        world.clock.advance(60)

    names = ("RETRYCOUNT", "EXECUTIONCOUNT", "PREVIOUSRESPONSE", "RETRYREASON")
    sent = [[r.headers.get(f"X_CLOUDTASKS_TASK{n}") for n in names] for r in worker.requests]
    assert sent == [
        ["0", "0", None, None],
        ["1", "0", "503", ""],
        ["2", "1", "404", ""],
        ["3", "2", "429", ""],
        ["4", "2", "500", ""],
        ["5", "3", "302", ""],
    ]
    assert worker.requests[0].headers["X_CLOUDTASKS_TASKNAME"] == "a"
    assert worker.requests[0].headers["X_CLOUDTASKS_QUEUENAME"] == "q"
    assert worker.requests[0].headers["X_CLOUDTASKS_TASKETA"] == "1772366400.000000"


def test_retries_wait_the_documented_sequence(tasks: Client, world: World, worker: Worker) -> None:
    ten, longest = timedelta(seconds=10), timedelta(seconds=300)
    retry(tasks, min_backoff=ten, max_backoff=longest, max_doublings=3, max_attempts=9)
    add(tasks, worker)

    assert fail_until_gone(world, worker) == [10, 20, 40, 80, 160, 240, 300, 300]


def test_a_task_is_given_up_only_when_both_limits_are_reached(
    tasks: Client, world: World, worker: Worker
) -> None:
    second = timedelta(seconds=1)
    limits = {"max_attempts": 2, "max_retry_duration": timedelta(seconds=3)}
    retry(tasks, min_backoff=second, max_backoff=second, **limits)
    add(tasks, worker)

    assert fail_until_gone(world, worker) == [1, 1, 1]
    assert len(worker.requests) == 4


def test_a_task_without_an_attempt_limit_ends_by_its_retry_duration(
    tasks: Client, world: World, worker: Worker
) -> None:
    second = timedelta(seconds=1)
    limits = {"max_attempts": -1, "max_retry_duration": timedelta(seconds=2)}
    retry(tasks, min_backoff=second, max_backoff=second, **limits)
    add(tasks, worker)

    assert fail_until_gone(world, worker) == [1, 1]


def test_a_task_s_own_retry_rules_win(tasks: Client, world: World, worker: Worker) -> None:
    add(tasks, worker, retry_config={"max_attempts": 2, "min_backoff": timedelta(seconds=7)})

    assert fail_until_gone(world, worker) == [7]


def test_retry_after_lengthens_the_wait(tasks: Client, world: World, worker: Worker) -> None:
    worker.answers, worker.retry_after = [503, 503], "30"
    add(tasks, worker)

    world.dispatcher.run_due()
    assert world.engine.next_at() == START + timedelta(seconds=30)

    world.clock.advance(30)
    worker.retry_after = "Sun, 01 Mar 2026 12:02:00 GMT"
    world.dispatcher.run_due()
    assert world.engine.next_at() == START + timedelta(minutes=2)


def test_a_handler_that_runs_over_its_deadline_is_cut_off_and_retried(
    tasks: Client, world: World, worker: Worker
) -> None:
    released = threading.Event()

    def overrun() -> None:
        world.clock.advance(15)
        released.wait(10)

    worker.meanwhile = overrun
    name = add(tasks, worker, dispatch_deadline=timedelta(seconds=15))
    world.dispatcher.run_due()

    released.set()
    assert tasks.get_task(name=name).last_attempt.response_status.code == 4
    worker.meanwhile = lambda: None
    world.clock.advance(1)
    world.dispatcher.run_due()
    assert worker.requests[1].headers["X_CLOUDTASKS_TASKPREVIOUSRESPONSE"] == "504"
    assert worker.requests[1].headers["X_CLOUDTASKS_TASKEXECUTIONCOUNT"] == "0"


def test_a_worker_that_cannot_be_reached_is_tried_again(tasks: Client, world: World) -> None:
    request = {"url": "http://127.0.0.1:1/"}
    name = tasks.create_task(parent=QUEUE, task={"http_request": request}).name

    assert world.dispatcher.run_due() == 1

    task = tasks.get_task(name=name)
    assert (task.dispatch_count, task.response_count) == (1, 0)
    assert task.schedule_time > START


def test_a_finished_task_leaves_its_name_reserved(
    tasks: Client, world: World, worker: Worker
) -> None:
    add(tasks, worker)
    world.dispatcher.run_due()

    with pytest.raises(exceptions.AlreadyExists):
        add(tasks, worker)
    with pytest.raises(exceptions.NotFound, match="existed recently"):
        tasks.get_task(name=f"{QUEUE}/tasks/a")


def test_a_paused_queue_keeps_its_tasks_until_it_is_resumed(
    tasks: Client, world: World, worker: Worker
) -> None:
    tasks.pause_queue(name=QUEUE)
    add(tasks, worker)

    assert (world.dispatcher.run_due(), world.engine.next_at()) == (0, None)
    tasks.resume_queue(name=QUEUE)
    assert world.dispatcher.run_due() == 1


def test_a_task_is_dropped_after_31_days(tasks: Client, world: World, worker: Worker) -> None:
    tasks.pause_queue(name=QUEUE)
    add(tasks, worker)
    world.clock.advance(31 * 86_400)
    tasks.resume_queue(name=QUEUE)

    assert (world.dispatcher.run_due(), world.engine.list_tasks()) == (0, [])


def test_running_a_task_by_hand_ignores_schedule_and_pause(
    tasks: Client, world: World, worker: Worker
) -> None:
    worker.answers = [500]
    name = add(tasks, worker, schedule_time=START + timedelta(hours=1))
    tasks.pause_queue(name=QUEUE)

    assert tasks.run_task(name=name).dispatch_count == 1
    assert world.dispatcher.run_due() == 1
    assert tasks.get_task(name=name).schedule_time == START + timedelta(seconds=0.1)


@pytest.mark.parametrize("status", [200, 500])
def test_a_task_deleted_while_it_runs_is_not_tried_again(
    tasks: Client, world: World, worker: Worker, status: int
) -> None:
    name = add(tasks, worker)
    worker.answers = [status]
    worker.meanwhile = lambda: tasks.delete_task(name=name)

    world.dispatcher.run_due()

    assert world.engine.next_at() is None


def test_a_task_created_by_a_handler_goes_out_in_the_same_run(
    tasks: Client, world: World, worker: Worker
) -> None:
    add(tasks, worker, "first")
    worker.meanwhile = lambda: len(worker.requests) == 1 and add(tasks, worker, "second")

    assert world.dispatcher.run_due() == 2


def test_due_tasks_can_run_at_the_same_time(tasks: Client, world: World, worker: Worker) -> None:
    together = threading.Barrier(3, timeout=10)
    worker.meanwhile = together.wait
    for task_id in "abc":
        add(tasks, worker, task_id)

    assert world.dispatcher.run_due(parallel=True) == 3


def test_the_dispatcher_works_by_itself_when_started(
    tasks: Client, world: World, worker: Worker
) -> None:
    arrived = threading.Event()
    worker.meanwhile = arrived.set
    world.dispatcher.start()
    try:
        add(tasks, worker, schedule_time=START + timedelta(seconds=5))
        world.clock.advance(5)
        assert arrived.wait(10)
    finally:
        world.dispatcher.stop()


def test_a_private_function_can_verify_the_token(
    tasks: Client, world: World, worker: Worker
) -> None:
    token = {"service_account_email": ACCOUNT}
    add(tasks, worker, http_request={"oidc_token": token, "headers": {"authorization": "no"}})
    world.dispatcher.run_due()

    header = worker.requests[0].headers["AUTHORIZATION"]
    claims = world.dispatcher.tokens.verify(header, f"{worker.url}/work?x=1")
    assert (claims["email"], claims["email_verified"]) == (ACCOUNT, True)
    assert claims["iss"] == "https://accounts.google.com"
