"""Periodic repair, called by the scheduler."""

from typing import Any

from flask import Request

from functions.http import Answer, answered
from services.bootstrap import Services
from services.maintenance import upkeep
from services.security.caller import require_queue


def handle(request: Request, services: Services) -> Answer:
    """The function `sweep`."""
    return answered("sweep", _sweep, request, services)


def _sweep(request: Request, services: Services, notes: dict[str, Any]) -> Answer:
    account = services.settings.tasks_service_account
    require_queue(request.headers.get("Authorization"), None, account)
    notes["trace_id"] = trace_id = services.ids.new()
    notes["repaired"] = services.sweep.run(trace_id)
    notes["alerts"] = services.alerts.send_due(trace_id)
    if upkeep.due(services.clock.now()):
        notes["upkeep"] = services.upkeep.run(trace_id)
        notes["deletions"] = services.deletions.resume()
    told = ("repaired", "upkeep", "deletions")
    return {name: notes[name] for name in told if name in notes}, 200, {}
