"""Delivery of one thread's queued replies, called by the queue."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Request

from functions.http import Answer, answered
from functions.task import json_of, run_task
from services.bootstrap import Services
from services.outbox.delivery import Hint


def handle(request: Request, services: Services) -> Answer:
    """The function `deliver`."""
    return answered("deliver", _deliver, request, services)


def _deliver(request: Request, services: Services, notes: dict[str, Any]) -> Answer:
    url = services.settings.deliver_url
    body = json_of(request)
    hint = hint_of(body)

    tells = isinstance(body, Mapping) and body.get("alerts") == "1"

    def run(thread_id: str, trace_id: str) -> str:
        outcome = services.delivery.deliver(thread_id, trace_id, hint)
        if tells:
            notes["alerts"] = services.alerts.send_due(trace_id)
        return outcome

    return run_task(request, services, notes, run, url)


def hint_of(body: Any) -> Hint:
    """What the task knows besides its thread; whatever else it says is nothing."""
    if not isinstance(body, Mapping):
        return Hint()
    item = body.get("item")
    item_id = item if isinstance(item, str) and item and "/" not in item else None
    return Hint(_instant(body.get("slot")), item_id)


def _instant(text: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo else None
