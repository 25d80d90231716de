"""What every edge shares: errors become statuses here, and one line is logged per request."""

from collections.abc import Callable, Mapping
from typing import Any

import structlog
from flask import Request

from services import log, round_trips
from services.bootstrap import Services
from services.errors import (
    BadBody,
    BadSignature,
    BodyTooLarge,
    Conflict,
    Expected,
    MocaError,
    NoToken,
    NotOurQueue,
    Rejected,
    TurnFailed,
    Unavailable,
)

Answer = tuple[Any, int, Mapping[str, str]]
Edge = Callable[[Request, Services, dict[str, Any]], Answer]

_log = structlog.get_logger()

#: 503 slows the whole queue down (Cloud Tasks documentation, Retries), so that it is kept for
#: services that cannot be reached; 500 makes the queue try this task again.
_STATUS: dict[type[MocaError], int] = {
    BadSignature: 401,
    BadBody: 400,
    BodyTooLarge: 413,
    NoToken: 401,
    NotOurQueue: 403,
    Conflict: 409,
    Rejected: 400,
    Unavailable: 503,
    TurnFailed: 500,
}


def answered(action: str, edge: Edge, request: Request, services: Services) -> Answer:
    """Run an edge; its errors become answers, and what it notes becomes one log line."""
    started_at = services.clock.now()
    notes: dict[str, Any] = {}
    with round_trips.counted() as tally:
        body, status, headers = _run(edge, request, services, notes)
    notes["round_trips"] = tally.calls
    took = services.clock.now() - started_at
    say = _log.error if status >= 500 else _log.warning if status >= 400 else _log.info
    say(action, status=status, ms=round(took.total_seconds() * 1000), **notes)
    return body, status, headers


def _run(edge: Edge, request: Request, services: Services, notes: dict[str, Any]) -> Answer:
    try:
        return edge(request, services, notes)
    except Exception as error:  # noqa: BLE001 (the last place where it can be told, and to whom)
        notes["error"] = type(error).__name__
        if isinstance(error, MocaError) and not isinstance(error, Expected):
            return {"error": str(error)}, _status(error), {}
        # What the framework would log of it could hold what people wrote.
        notes["exc_info"] = error
        return {"error": "Something unforeseen happened; the log has it."}, 500, {}


def trace_id(request: Request, services: Services) -> str:
    """The trace that begins with this request: the platform's where it has one, else a new one."""
    headers = [request.headers.get(name) for name in ("traceparent", "X-Cloud-Trace-Context")]
    return log.trace_of(*headers) or services.ids.new()


def _status(error: MocaError) -> int:
    return next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 500)
