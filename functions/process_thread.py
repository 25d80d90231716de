"""The processor: one turn of one thread, called by the queue."""

from typing import Any

from flask import Request

from functions.http import Answer, answered
from functions.task import run_task
from services.bootstrap import Services


def handle(request: Request, services: Services) -> Answer:
    """The function `process_thread`."""
    return answered("process_thread", _process, request, services)


def _process(request: Request, services: Services, notes: dict[str, Any]) -> Answer:
    url = services.settings.process_url
    return run_task(request, services, notes, services.turns.process, url)
