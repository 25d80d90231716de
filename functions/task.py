"""What the functions share that only our queue may call."""

import json
from collections.abc import Callable
from typing import Any

from flask import Request

from functions.http import Answer
from services.bootstrap import Services
from services.security.caller import require_queue

#: Answers whether or not there was anything to do: how it went.
Run = Callable[[str, str], str]


def run_task(
    request: Request, services: Services, notes: dict[str, Any], run: Run, url: str
) -> Answer:
    """Run the service call that a task asks for.

    A task that can never succeed is logged and answered 200: another try would not mend it.
    """
    account = services.settings.tasks_service_account
    require_queue(request.headers.get("Authorization"), url, account)
    body = _body(request)
    if body is None:
        notes["outcome"] = "malformed_task"
        return {"outcome": "malformed_task"}, 200, {}
    notes["thread_id"], notes["trace_id"] = body
    notes["retry"] = request.headers.get("X-CloudTasks-TaskRetryCount", "0")
    notes["outcome"] = run(*body)
    return {"outcome": notes["outcome"]}, 200, {}


def json_of(request: Request) -> Any:
    """What the body says, or None: bodies come from our queue, but nothing may make it stick."""
    try:
        return json.loads(request.get_data())
    except (ValueError, RecursionError):
        return None


def _body(request: Request) -> tuple[str, str] | None:
    body = json_of(request)
    if not isinstance(body, dict) or not isinstance(body.get("thread_id"), str):
        return None
    return body["thread_id"], str(body.get("trace_id", ""))
