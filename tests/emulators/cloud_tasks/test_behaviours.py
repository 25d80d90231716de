"""What Cloud Tasks answers, through Google's own client on both transports.

Source: the reference of google-cloud-tasks 2.26 (https://docs.cloud.google.com/tasks/docs); the
largest task and the whole seconds of `create_time` were recorded from the real service.
"""

from datetime import timedelta
from typing import Any

import pytest
from google.api_core import exceptions

from tests.emulators.cloud_tasks.conftest import PARENT, QUEUE, START, Client, World

URL = "http://127.0.0.1:9/task"


def create(client: Client, task_id: str = "", **fields: Any) -> Any:
    name = {"name": f"{QUEUE}/tasks/{task_id}"} if task_id else {}
    task = {"http_request": {"url": URL}, **name, **fields}
    return client.create_task(parent=QUEUE, task=task)


@pytest.fixture
def queue(client: Client) -> Client:
    client.create_queue(parent=PARENT, queue={"name": QUEUE})
    return client


def test_a_new_queue_gets_the_documented_defaults(client: Client) -> None:
    made = client.create_queue(parent=PARENT, queue={"name": QUEUE})

    assert made.state.name == "RUNNING"
    assert (made.rate_limits.max_dispatches_per_second, made.retry_config.max_attempts) == (
        500,
        100,
    )
    assert made.rate_limits.max_concurrent_dispatches == 1000
    assert made.retry_config.min_backoff == timedelta(seconds=0.1)
    assert (made.retry_config.max_backoff, made.retry_config.max_doublings) == (
        timedelta(hours=1),
        16,
    )


def test_an_update_changes_only_what_its_mask_names(queue: Client) -> None:
    changed = queue.update_queue(
        queue={
            "name": QUEUE,
            "rate_limits": {"max_dispatches_per_second": 3, "max_concurrent_dispatches": 9},
        },
        update_mask={"paths": ["rate_limits.max_dispatches_per_second"]},
    )

    assert changed.rate_limits.max_dispatches_per_second == 3
    assert changed.rate_limits.max_concurrent_dispatches == 1000


def test_an_update_creates_a_missing_queue(client: Client) -> None:
    client.update_queue(queue={"name": QUEUE})

    assert [found.name for found in client.list_queues(parent=PARENT)] == [QUEUE]


def test_queues_are_listed_by_state(queue: Client) -> None:
    queue.create_queue(parent=PARENT, queue={"name": f"{PARENT}/queues/other"})
    queue.pause_queue(name=QUEUE)

    paused = queue.list_queues(request={"parent": PARENT, "filter": "state: PAUSED"})

    assert [found.name for found in paused] == [QUEUE]


def test_a_task_gets_what_the_service_fills_in(queue: Client, world: World) -> None:
    world.clock.advance(0.75)
    made = create(queue, schedule_time=START - timedelta(days=1))

    assert made.schedule_time == world.clock.now()
    assert made.create_time == START
    assert made.dispatch_deadline == timedelta(minutes=10)
    assert made.http_request.http_method.name == "POST"
    assert made.name.startswith(f"{QUEUE}/tasks/")


def test_a_body_is_shown_only_in_the_full_view(queue: Client) -> None:
    name = create(queue, "a", http_request={"url": URL, "body": b"hi"}).name

    assert queue.get_task(name=name).http_request.body == b""
    full = queue.get_task(request={"name": name, "response_view": "FULL"})
    assert (full.http_request.body, full.view.name) == (b"hi", "FULL")


def test_tasks_are_listed_in_pages(queue: Client) -> None:
    for task_id in "cabed":
        create(queue, task_id)

    pager = queue.list_tasks(request={"parent": QUEUE, "page_size": 2})

    assert [len(page.tasks) for page in pager.pages] == [2, 2, 1]


def test_a_name_is_free_again_after_a_day(queue: Client, world: World) -> None:
    queue.delete_task(name=create(queue, "a").name)
    world.clock.advance(24 * 3600)

    assert create(queue, "a").name == f"{QUEUE}/tasks/a"


def test_a_clock_set_back_holds_no_name_for_longer_than_a_day(queue: Client, world: World) -> None:
    for name, days in (("later", 50), ("earlier", -40)):
        world.clock.advance(days * 86_400)
        queue.delete_task(name=create(queue, name).name)
    world.clock.advance(24 * 3600)

    assert create(queue, "earlier").name == f"{QUEUE}/tasks/earlier"


def test_the_largest_task_is_accepted(queue: Client) -> None:
    bare = create(queue, "a", http_request={"url": URL, "body": b"x"})
    room = 1_048_569 - type(bare).pb(bare).ByteSize() - 12

    create(queue, "b", http_request={"url": URL, "body": b"x" * room})


def test_a_method_that_is_not_emulated_says_so(queue: Client) -> None:
    with pytest.raises(exceptions.MethodNotImplemented):
        queue.get_iam_policy(request={"resource": QUEUE})


def test_calls_are_counted_under_the_caller_of_the_user_agent(queue: Client, world: World) -> None:
    create(queue)

    counted = world.engine.counts.snapshot()
    assert counted["callers"] == {"webhook": {"round_trips": 2, "tasks": 1}}
    assert counted["rpcs"] == {"CreateQueue": 1, "CreateTask": 1}


@pytest.mark.parametrize("apply", [False, True])
def test_a_fault_comes_before_or_after_the_effect(queue: Client, world: World, apply: bool) -> None:
    world.engine.faults.add({"rpc": "CreateTask", "code": "UNAVAILABLE", "apply": apply})

    with pytest.raises(exceptions.ServiceUnavailable):
        create(queue, "a")

    assert len(world.engine.list_tasks()) == apply


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "OK"},
        {"code": "UNAVAILBLE"},
        {"rpc": None},
        {"rpc": "CreateTsk"},
        {"times": "2"},
        {"times": None},
        {"apply": 1},
        {"whom": "me"},
    ],
)
def test_a_fault_that_cannot_be_is_refused(world: World, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="a fault"):
        world.engine.faults.add({"rpc": "CreateTask", "code": "UNAVAILABLE", **wrong})
