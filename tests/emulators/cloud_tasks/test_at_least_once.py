"""Deliveries twice and late, on purpose and repeatably."""

from datetime import timedelta

import pytest

from tests.emulators.cloud_tasks.conftest import QUEUE, START, Client, Worker, World


def fill(tasks: Client, worker: Worker, count: int) -> None:
    for number in range(count):
        task = {"name": f"{QUEUE}/tasks/{number}", "http_request": {"url": worker.url}}
        tasks.create_task(parent=QUEUE, task=task)


def delivered(world: World, worker: Worker) -> list[str]:
    worker.requests.clear()
    world.dispatcher.run_due()
    world.clock.advance(60)
    world.dispatcher.run_due()
    return [request.headers["X_CLOUDTASKS_TASKNAME"] for request in worker.requests]


def test_a_share_of_the_tasks_is_delivered_twice(
    tasks: Client, world: World, worker: Worker
) -> None:
    world.engine.configure({"duplicate": 0.5, "seed": 7})
    fill(tasks, worker, 20)

    names = delivered(world, worker)

    assert 20 < len(names) < 40
    assert len(set(names)) == 20


def test_the_same_seed_repeats_the_same_tasks(tasks: Client, world: World, worker: Worker) -> None:
    runs = []
    for _ in range(2):
        world.engine.reset()
        world.clock.set(START)
        world.engine.configure({"duplicate": 0.5, "late_seconds": 30, "seed": 7})
        tasks.create_queue(parent=QUEUE.rpartition("/queues/")[0], queue={"name": QUEUE})
        fill(tasks, worker, 10)
        runs.append(delivered(world, worker))

    assert runs[0] == runs[1]


def test_a_paused_queue_keeps_its_second_deliveries_too(
    tasks: Client, world: World, worker: Worker
) -> None:
    world.engine.configure({"duplicate": 1})
    fill(tasks, worker, 1)
    world.engine.due(world.clock.now(), limit=1)
    tasks.pause_queue(name=QUEUE)
    world.clock.advance(60)

    assert world.engine.next_at() is None
    assert world.dispatcher.run_due() == 0
    tasks.resume_queue(name=QUEUE)
    assert world.dispatcher.run_due() == 1


def test_a_second_delivery_changes_nothing_about_the_task(
    tasks: Client, world: World, worker: Worker
) -> None:
    world.engine.configure({"duplicate": 1})
    fill(tasks, worker, 1)
    first = world.engine.due(world.clock.now(), limit=1)[0]
    world.clock.advance(60)
    [second] = world.engine.due(world.clock.now())

    world.engine.finish(second, 200)
    assert len(world.engine.list_tasks()) == 1
    world.engine.finish(first, 200)
    assert world.engine.list_tasks() == []
    assert second.headers == first.headers


def test_some_tasks_come_late_and_none_too_early(
    tasks: Client, world: World, worker: Worker
) -> None:
    world.engine.configure({"late_seconds": 30})
    fill(tasks, worker, 20)

    assert 0 < world.dispatcher.run_due() < 20
    world.clock.advance(30)
    world.dispatcher.run_due()
    assert len(worker.requests) == 20


def test_nothing_goes_out_while_everything_is_paused(
    tasks: Client, world: World, worker: Worker
) -> None:
    fill(tasks, worker, 1)
    world.engine.configure({"paused": True})

    assert world.dispatcher.run_due() == 0
    world.engine.configure({"paused": False})
    assert world.dispatcher.run_due() == 1


@pytest.mark.parametrize(
    "wanted",
    [{"duplicate": 2}, {"late_seconds": -1}, {"paused": 1}, {"seed": "x"}, {"other": 1}],
)
def test_a_setting_that_makes_no_sense_is_refused(world: World, wanted: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="setting"):
        world.engine.configure(wanted)


def test_tasks_are_listed_in_the_order_of_their_dispatch(tasks: Client, world: World) -> None:
    for name, seconds in (("b", 9), ("a", 5)):
        task = {
            "name": f"{QUEUE}/tasks/{name}",
            "http_request": {"url": "http://w/", "body": b'{"thread_id": "1"}'},
            "schedule_time": START + timedelta(seconds=seconds),
        }
        tasks.create_task(parent=QUEUE, task=task)

    listed = world.engine.list_tasks()

    assert [task["name"] for task in listed] == ["a", "b"]
    assert listed[0]["body"] == '{"thread_id": "1"}'
    assert listed[0]["scheduled_at"] == "2026-03-01T12:00:05+00:00"
