"""How fast a queue dispatches: the token bucket, the places, and what slows it down."""

from datetime import timedelta
from typing import Any

from emulators.cloud_tasks.attempt import Attempt
from tests.emulators.cloud_tasks.conftest import QUEUE, Client, World


def limit(tasks: Client, **limits: Any) -> None:
    tasks.update_queue(
        queue={"name": QUEUE, "rate_limits": limits}, update_mask={"paths": ["rate_limits"]}
    )


def fill(tasks: Client, count: int) -> None:
    for _ in range(count):
        tasks.create_task(parent=QUEUE, task={"http_request": {"url": "http://127.0.0.1:9/"}})


def dispatch(world: World, status: int = 200) -> int:
    """Everything due now, answered at once; gives the number."""
    done: list[Attempt] = []
    while batch := world.engine.due(world.clock.now()):
        for attempt in batch:
            world.engine.finish(attempt, status)
        done += batch
    return len(done)


def test_a_burst_goes_out_at_once_and_the_rest_at_the_rate(tasks: Client, world: World) -> None:
    limit(tasks, max_dispatches_per_second=5)
    fill(tasks, 12)

    assert dispatch(world) == 5
    assert world.engine.next_at() == world.clock.now() + timedelta(seconds=0.2)
    world.clock.advance(0.2)
    assert dispatch(world) == 1
    world.clock.advance(0.8)
    assert dispatch(world) == 4
    world.clock.advance(60)
    assert dispatch(world) == 2


def test_a_rate_below_one_a_second_still_dispatches(tasks: Client, world: World) -> None:
    limit(tasks, max_dispatches_per_second=0.1)
    fill(tasks, 2)

    assert dispatch(world) == 1
    world.clock.advance(9.9)
    assert dispatch(world) == 0
    world.clock.advance(0.1)
    assert dispatch(world) == 1


def test_no_more_tasks_run_at_once_than_the_queue_allows(tasks: Client, world: World) -> None:
    limit(tasks, max_concurrent_dispatches=2)
    fill(tasks, 3)

    running = world.engine.due(world.clock.now())
    assert (len(running), world.engine.due(world.clock.now())) == (2, [])
    world.engine.finish(running[0], 200)
    assert len(world.engine.due(world.clock.now())) == 1


def test_429_and_503_slow_the_whole_queue_and_successes_speed_it_up_again(
    tasks: Client, world: World
) -> None:
    limit(tasks, max_dispatches_per_second=8)
    fill(tasks, 30)

    for status in (429, 503):
        [attempt] = world.engine.due(world.clock.now(), limit=1)
        world.engine.finish(attempt, status, retry_after=3600)
    world.clock.advance(60)
    slowed = world.engine.due(world.clock.now())
    for attempt in slowed:
        world.engine.finish(attempt, 200)
    world.clock.advance(60)

    assert (len(slowed), dispatch(world)) == (2, 8)


def test_an_answer_is_taken_once(tasks: Client, world: World) -> None:
    fill(tasks, 1)
    [attempt] = world.engine.due(world.clock.now())

    world.engine.finish(attempt, 500)
    world.engine.finish(attempt, 200)

    assert [task["previous_response"] for task in world.engine.list_tasks()] == [500]


def test_a_task_run_by_hand_is_not_dispatched_again_at_its_schedule_time(
    tasks: Client, world: World
) -> None:
    later = world.clock.now() + timedelta(seconds=5)
    task = {"http_request": {"url": "http://127.0.0.1:9/"}, "schedule_time": later}
    tasks.run_task(name=tasks.create_task(parent=QUEUE, task=task).name)

    assert len(world.engine.due(world.clock.now())) == 1
    world.clock.advance(5)
    assert world.engine.due(world.clock.now()) == []
