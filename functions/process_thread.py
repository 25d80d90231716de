"""The processor: one turn of one thread, called by the queue."""

from typing import Any

from flask import Request

from functions.http import Answer, answered
from functions.task import Runs, run_task
from services.bootstrap import Services
from services.domain.task import Kind, Task


def handle(request: Request, services: Services) -> Answer:
    """The function `process_thread`."""
    return answered("process_thread", _process, request, services)


def _process(request: Request, services: Services, notes: dict[str, Any]) -> Answer:
    return run_task(request, services, notes, _RUNS, services.settings.process_url)


def _turn(task: Task, services: Services, _notes: dict[str, Any]) -> str:
    return services.turns.process(task.about, task.trace_id)


def _backfill(task: Task, services: Services, _notes: dict[str, Any]) -> str:
    return services.missing.fetch_unplaced(task.about, task.trace_id)


_RUNS: Runs = {Kind.TURN: _turn, Kind.BACKFILL: _backfill}
