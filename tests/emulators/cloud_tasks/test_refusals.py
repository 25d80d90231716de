"""What Cloud Tasks refuses, case by case, through Google's own client on both transports.

"docs" is the reference of google-cloud-tasks 2.26 (https://docs.cloud.google.com/tasks/docs),
"recorded" an answer of the real service that others published.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from google.api_core import exceptions

from tests.emulators.cloud_tasks.conftest import PARENT, QUEUE, START, Client

URL = "http://127.0.0.1:9/task"
TASK = {"http_request": {"url": URL}}
NO_QUEUE = (
    "Queue does not exist. If you just created the queue, wait at least a minute for the queue"
    " to initialize."
)
GONE = (
    "The task no longer exists, though a task with this name existed recently. The task either"
    " successfully completed or was deleted."
)
NOT_FOUND = "Requested entity was not found."
Call = Callable[[Client], Any]


def create(client: Client, task_id: str = "", **fields: Any) -> Any:
    name = {"name": f"{QUEUE}/tasks/{task_id}"} if task_id else {}
    return client.create_task(parent=QUEUE, task={**TASK, **name, **fields})


def with_request(**fields: Any) -> Call:
    return lambda c: create(c, http_request={"url": URL, **fields})


def with_queue(**fields: Any) -> Call:
    queue = {"name": f"{PARENT}/queues/other", **fields}
    return lambda c: c.create_queue(parent=PARENT, queue=queue)


def after(first: Call, then: Call) -> Call:
    return lambda c: (first(c), then(c))


def on_unknown_queue(method: str) -> Call:
    return lambda c: getattr(c, method)(name=f"{PARENT}/queues/other")


@dataclass(frozen=True)
class Refusal:
    """A call that production refuses, and how."""

    behaviour: str
    source: str
    call: Call
    error: type[exceptions.GoogleAPICallError]
    message: str = ""


INVALID, MISSING = exceptions.InvalidArgument, exceptions.NotFound
REFUSALS = [
    Refusal(
        "a live task's name is taken",
        "recorded",
        after(lambda c: create(c, "a"), lambda c: create(c, "a")),
        exceptions.AlreadyExists,
        "Requested entity already exists",
    ),
    Refusal(
        "a deleted task's name stays taken",
        "docs: CreateTaskRequest, de-duplication",
        after(
            lambda c: (create(c, "a"), c.delete_task(name=f"{QUEUE}/tasks/a")),
            lambda c: create(c, "a"),
        ),
        exceptions.AlreadyExists,
    ),
    Refusal(
        "purging releases no names",
        "docs: PurgeQueue",
        after(lambda c: (create(c, "a"), c.purge_queue(name=QUEUE)), lambda c: create(c, "a")),
        exceptions.AlreadyExists,
    ),
    Refusal(
        "a task is named within its queue",
        "recorded",
        lambda c: create(c, name=f"{PARENT}/queues/other/tasks/a"),
        INVALID,
        f"The queue name from request ('{QUEUE}') must be the same as the queue name in the named"
        f" task ('{PARENT}/queues/other').",
    ),
    Refusal("a task id has no dots", "docs: Task.name", lambda c: create(c, "a.b"), INVALID),
    Refusal(
        "a task id has at most 500 characters",
        "docs: Task.name",
        lambda c: create(c, "a" * 501),
        INVALID,
    ),
    Refusal(
        "a task needs a queue",
        "recorded",
        lambda c: c.create_task(parent=f"{PARENT}/queues/other", task=TASK),
        MISSING,
        NO_QUEUE,
    ),
    Refusal(
        "a queue's full name is asked for",
        "docs: CreateTaskRequest.parent",
        lambda c: c.create_task(parent="q", task=TASK),
        INVALID,
    ),
    Refusal(
        "a task needs a target",
        "docs: Task.message_type",
        lambda c: c.create_task(parent=QUEUE, task={}),
        INVALID,
    ),
    Refusal(
        "a URL is required",
        "recorded",
        with_request(url=""),
        INVALID,
        "HttpRequest.url is required.",
    ),
    Refusal(
        "a URL is http or https",
        "recorded",
        with_request(url="ftp://x"),
        INVALID,
        "HttpTarget.url must start with 'http://' or 'https://'.",
    ),
    Refusal("a URL is short", "docs: HttpRequest.url", with_request(url=URL + "a" * 2083), INVALID),
    Refusal("a URL has a host", "own: cannot be sent", with_request(url="http:///a"), INVALID),
    Refusal("a port is a number", "own: cannot be sent", with_request(url="http://a:b/"), INVALID),
    Refusal("a host has labels", "own: cannot be sent", with_request(url="http://a..b/"), INVALID),
    Refusal("a URL is one line", "own: cannot be sent", with_request(url=URL + "\r\nX:"), INVALID),
    Refusal(
        "a GET has no body",
        "docs: HttpRequest.body",
        with_request(http_method="GET", body=b"x"),
        INVALID,
    ),
    Refusal("a method is known", "own: unknown enum", with_request(http_method=99), INVALID),
    Refusal(
        "headers stay below 80 KB",
        "docs: HttpRequest.headers",
        with_request(headers={"a": "b" * 81920}),
        INVALID,
    ),
    Refusal(
        "a header is one line", "own: cannot be sent", with_request(headers={"a": "b\nc"}), INVALID
    ),
    Refusal(
        "a task is at most 1,048,569 bytes",
        "recorded",
        with_request(body=b"x" * 1_048_569),
        INVALID,
    ),
    Refusal(
        "a schedule ends after 720 hours",
        "recorded",
        lambda c: create(c, schedule_time=START + timedelta(hours=720, seconds=1)),
        INVALID,
        "The Task.scheduleTime, 2026-03-31T12:00:01+00:00, is too far in the future. Schedule time"
        " must be no more than 720h in the future.",
    ),
    Refusal(
        "a deadline is not below 15 s",
        "recorded",
        lambda c: create(c, dispatch_deadline=timedelta(seconds=14.9)),
        INVALID,
        "Task.dispatchDeadline must be between [15s, 30m].",
    ),
    Refusal(
        "a deadline is not above 30 min",
        "recorded",
        lambda c: create(c, dispatch_deadline=timedelta(seconds=1801)),
        INVALID,
        "Task.dispatchDeadline must be between [15s, 30m].",
    ),
    Refusal(
        "a task's own retry rules are checked",
        "docs: RetryConfig.max_attempts",
        lambda c: create(c, retry_config={"max_attempts": -2}),
        INVALID,
    ),
    Refusal(
        "a deleted task is gone",
        "recorded",
        after(
            lambda c: (create(c, "a"), c.delete_task(name=f"{QUEUE}/tasks/a")),
            lambda c: c.get_task(name=f"{QUEUE}/tasks/a"),
        ),
        MISSING,
        GONE,
    ),
    Refusal(
        "an unknown task cannot be read",
        "recorded",
        lambda c: c.get_task(name=f"{QUEUE}/tasks/a"),
        MISSING,
        NOT_FOUND,
    ),
    Refusal(
        "an unknown task cannot be deleted",
        "recorded",
        lambda c: c.delete_task(name=f"{QUEUE}/tasks/a"),
        MISSING,
        NOT_FOUND,
    ),
    Refusal(
        "an unknown task cannot be run",
        "recorded",
        lambda c: c.run_task(name=f"{QUEUE}/tasks/a"),
        MISSING,
        NOT_FOUND,
    ),
    Refusal(
        "a foreign page token is refused",
        "own: in kind",
        lambda c: c.list_tasks(request={"parent": QUEUE, "page_token": "é"}),
        INVALID,
    ),
    Refusal(
        "a queue exists once",
        "docs: CreateQueue",
        lambda c: c.create_queue(parent=PARENT, queue={"name": QUEUE}),
        exceptions.AlreadyExists,
    ),
    Refusal(
        "a deleted queue's name stays taken",
        "recorded",
        after(
            lambda c: c.delete_queue(name=QUEUE),
            lambda c: c.create_queue(parent=PARENT, queue={"name": QUEUE}),
        ),
        exceptions.FailedPrecondition,
        "The queue cannot be created because a queue with this name existed too recently.",
    ),
    Refusal(
        "a deleted queue takes no tasks",
        "recorded",
        after(lambda c: c.delete_queue(name=QUEUE), create),
        MISSING,
        NO_QUEUE,
    ),
    Refusal(
        "an unknown queue cannot be deleted",
        "recorded",
        lambda c: c.delete_queue(name=f"{PARENT}/queues/other"),
        MISSING,
        NOT_FOUND,
    ),
    *[
        Refusal(
            f"an unknown queue cannot be asked for {method}",
            "recorded",
            on_unknown_queue(method),
            MISSING,
            NO_QUEUE,
        )
        for method in ("get_queue", "pause_queue", "resume_queue", "purge_queue")
    ],
    Refusal(
        "a queue id has no underscore",
        "docs: Queue.name",
        lambda c: c.create_queue(parent=PARENT, queue={"name": f"{PARENT}/queues/a_b"}),
        INVALID,
    ),
    Refusal(
        "at most 500 dispatches a second",
        "recorded",
        with_queue(rate_limits={"max_dispatches_per_second": 500.1}),
        INVALID,
    ),
    Refusal(
        "a rate is a number",
        "own: in kind",
        with_queue(rate_limits={"max_dispatches_per_second": float("nan")}),
        INVALID,
    ),
    Refusal(
        "at most 5,000 dispatches at once",
        "recorded",
        with_queue(rate_limits={"max_concurrent_dispatches": 5001}),
        INVALID,
    ),
    Refusal(
        "limits are not negative",
        "recorded",
        with_queue(rate_limits={"max_concurrent_dispatches": -1}),
        INVALID,
    ),
    Refusal(
        "the least backoff is not above the greatest",
        "recorded",
        with_queue(
            retry_config={
                "min_backoff": timedelta(seconds=2),
                "max_backoff": timedelta(seconds=1),
            }
        ),
        INVALID,
    ),
    Refusal(
        "doublings are not negative",
        "recorded",
        with_queue(retry_config={"max_doublings": -1}),
        INVALID,
    ),
    Refusal(
        "a name cannot be updated",
        "docs: UpdateQueue",
        lambda c: c.update_queue(queue={"name": QUEUE}, update_mask={"paths": ["name"]}),
        INVALID,
    ),
]


@pytest.mark.parametrize("row", REFUSALS, ids=lambda row: row.behaviour)
def test_the_service_refuses_what_production_refuses(client: Client, row: Refusal) -> None:
    client.create_queue(parent=PARENT, queue={"name": QUEUE})

    with pytest.raises(row.error) as refused:
        row.call(client)

    if row.message:
        assert refused.value.message == row.message
