"""A task that is created beside the commit: begun first, answered for at the end."""

import pytest

from services.bootstrap import services
from services.domain.schedule import TaskSpec
from services.errors import Unavailable
from tests.world import World

BODY = {"thread_id": "1_2", "trace_id": "t"}


def _begin_and_end(world: World) -> None:
    look = TaskSpec("a-name", world.clock.now())
    services("webhook").turn_tasks.begin(look, BODY)()


def _calls(world: World) -> int:
    return int(world.stack.tasks.counts.snapshot()["callers"]["webhook"]["round_trips"])


@pytest.mark.parametrize("apply", [False, True])
def test_what_another_try_can_mend_is_tried_again(world: World, apply: bool) -> None:
    world.stack.tasks.faults.add({"rpc": "CreateTask", "code": "UNAVAILABLE", "apply": apply})
    _begin_and_end(world)
    assert len(world.stack.tasks.list_tasks()) == 1
    assert _calls(world) == 2


def test_a_task_that_exists_is_as_good(world: World) -> None:
    _begin_and_end(world)
    _begin_and_end(world)
    assert len(world.stack.tasks.list_tasks()) == 1
    assert _calls(world) == 2


def test_what_the_queue_refuses_is_told_at_the_end(world: World) -> None:
    world.stack.tasks.faults.add({"rpc": "CreateTask", "code": "PERMISSION_DENIED"})
    with pytest.raises(Unavailable, match="Cloud Tasks did not take a task"):
        _begin_and_end(world)
    assert _calls(world) == 1
