"""Delivery of one thread's queued replies, called by the queue."""

from typing import Any

from flask import Request

from functions.http import Answer, answered
from functions.task import Runs, run_task
from services.bootstrap import Services
from services.domain.task import Kind, Task
from services.outbox.delivery import Hint


def handle(request: Request, services: Services) -> Answer:
    """The function `deliver`."""
    return answered("deliver", _deliver, request, services)


def _deliver(request: Request, services: Services, notes: dict[str, Any]) -> Answer:
    return run_task(request, services, notes, _RUNS, services.settings.deliver_url)


def _send(task: Task, services: Services, _notes: dict[str, Any]) -> str:
    return services.delivery.deliver(task.about, task.trace_id, Hint(task.slot, task.item_id))


def _send_and_tell(task: Task, services: Services, notes: dict[str, Any]) -> str:
    outcome = _send(task, services, notes)
    notes["alerts"] = services.alerts.send_due(task.trace_id)
    return outcome


_RUNS: Runs = {Kind.DELIVERY: _send, Kind.DELIVERY_AND_ALERTS: _send_and_tell}
