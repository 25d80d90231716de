"""Delivery of one thread's queued replies, called by the queue."""

from typing import Any

from flask import Request

from functions.http import Answer, answered
from functions.task import run_task
from services.bootstrap import Services


def handle(request: Request, services: Services) -> Answer:
    """The function `deliver`."""
    return answered("deliver", _deliver, request, services)


def _deliver(request: Request, services: Services, notes: dict[str, Any]) -> Answer:
    url = services.settings.deliver_url
    return run_task(request, services, notes, services.delivery.deliver, url)
