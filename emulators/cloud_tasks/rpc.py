"""The RPCs of Cloud Tasks: each takes its request message, asks the engine, answers."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty

from emulators.cloud_tasks import messages as m
from emulators.cloud_tasks.engine import TasksEngine
from emulators.cloud_tasks.paging import page
from emulators.cloud_tasks.unary import Service, UnaryMethod
from emulators.refused import Refused

SERVICE_NAME = "google.cloud.tasks.v2.CloudTasks"
_STATE_FILTER = re.compile(r"\s*state\s*[:=]\s*(RUNNING|PAUSED|DISABLED)\s*")


def service(engine: TasksEngine) -> Service:
    """The service over one engine, for either transport."""
    methods = {**_queue_methods(engine), **_task_methods(engine)}
    return Service(SERVICE_NAME, methods, engine.counts.rpc, engine.faults)


def _queue_methods(engine: TasksEngine) -> Mapping[str, UnaryMethod]:
    return {
        "CreateQueue": UnaryMethod(
            m.CreateQueueRequest, lambda r, _: engine.create_queue(r.parent, r.queue)
        ),
        "UpdateQueue": UnaryMethod(
            m.UpdateQueueRequest, lambda r, _: engine.update_queue(r.queue, r.update_mask.paths)
        ),
        "GetQueue": UnaryMethod(m.GetQueueRequest, lambda r, _: engine.get_queue(r.name)),
        "ListQueues": UnaryMethod(m.ListQueuesRequest, lambda r, _: _list_queues(engine, r)),
        "DeleteQueue": UnaryMethod(m.DeleteQueueRequest, lambda r, _: _delete_queue(engine, r)),
        "PurgeQueue": UnaryMethod(m.PurgeQueueRequest, lambda r, _: engine.purge_queue(r.name)),
        "PauseQueue": UnaryMethod(
            m.PauseQueueRequest, lambda r, _: engine.set_paused(r.name, paused=True)
        ),
        "ResumeQueue": UnaryMethod(
            m.ResumeQueueRequest, lambda r, _: engine.set_paused(r.name, paused=False)
        ),
    }


def _task_methods(engine: TasksEngine) -> Mapping[str, UnaryMethod]:
    return {
        "CreateTask": UnaryMethod(
            m.CreateTaskRequest,
            lambda r, caller: _view(engine.create_task(r.parent, r.task, caller), r),
        ),
        "GetTask": UnaryMethod(m.GetTaskRequest, lambda r, _: _view(engine.get_task(r.name), r)),
        "ListTasks": UnaryMethod(m.ListTasksRequest, lambda r, _: _list_tasks(engine, r)),
        "DeleteTask": UnaryMethod(m.DeleteTaskRequest, lambda r, _: _delete_task(engine, r)),
        "RunTask": UnaryMethod(m.RunTaskRequest, lambda r, _: _view(engine.run_task(r.name), r)),
    }


def _list_queues(engine: TasksEngine, request: Any) -> Any:
    found = engine.list_queues(request.parent, _queue_filter(request.filter))
    items, token = page(found, request.page_size, request.page_token, most=9800)
    return m.ListQueuesResponse(queues=items, next_page_token=token)


def _list_tasks(engine: TasksEngine, request: Any) -> Any:
    found = engine.tasks_of(request.parent)
    items, token = page(found, request.page_size, request.page_token, most=1000)
    views = [_view(task, request) for task in items]
    return m.ListTasksResponse(tasks=views, next_page_token=token)


def _queue_filter(text: str) -> Callable[[Any], bool]:
    if not text.strip():
        return lambda _: True
    wanted = _STATE_FILTER.fullmatch(text)
    if wanted is None:
        raise Refused(
            grpc.StatusCode.INVALID_ARGUMENT, "Only filters of the form 'state: PAUSED' are known."
        )
    state = m.Queue.State.Value(wanted[1])
    return lambda queue: bool(queue.state == state)


def _view(task: Any, request: Any) -> Any:
    full = request.response_view == m.Task.FULL
    task.view = m.Task.FULL if full else m.Task.BASIC
    if not full:
        task.http_request.ClearField("body")
    return task


def _delete_queue(engine: TasksEngine, request: Any) -> Any:
    engine.delete_queue(request.name)
    return Empty()


def _delete_task(engine: TasksEngine, request: Any) -> Any:
    engine.delete_task(request.name)
    return Empty()
