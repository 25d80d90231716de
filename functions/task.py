"""What the functions share that only our queue may call."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from flask import Request

from functions.http import Answer
from services.bootstrap import Services
from services.domain.task import Kind, Task
from services.security.caller import require_queue

#: Kind → the service call: it answers how it went, and may note more. The first is what a body
#: without a kind asks for.
Runs = Mapping[Kind, Callable[[Task, Services, dict[str, Any]], str]]


def run_task(
    request: Request, services: Services, notes: dict[str, Any], runs: Runs, url: str
) -> Answer:
    """Run the service call that a task asks for.

    A task that can never succeed is logged and answered 200: another try would not mend it.
    """
    account = services.settings.tasks_service_account
    require_queue(request.headers.get("Authorization"), url, account)
    task = Task.from_body(_json_of(request), unsaid=next(iter(runs)))
    if task is None or task.kind not in runs:
        notes["outcome"] = "malformed_task"
        return {"outcome": "malformed_task"}, 200, {}
    notes |= task.log_context()
    notes["retry"] = request.headers.get("X-CloudTasks-TaskRetryCount", "0")
    notes["outcome"] = runs[task.kind](task, services, notes)
    return {"outcome": notes["outcome"]}, 200, {}


def _json_of(request: Request) -> Any:
    """What the body says, or None: bodies come from our queue, but nothing may make it stick."""
    try:
        return json.loads(request.get_data())
    except (ValueError, RecursionError):
        return None
