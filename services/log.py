"""One JSON line per event, in the shapes that Cloud Logging and Error Reporting understand.

A line holds ids, numbers and the names of outcomes; never what people write, their names, or a
token. So the message of an exception stays out as well, unless it is one of ours: only its type
and its place in the code are told.
"""

import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

from services.errors import MocaError

_SEVERITIES = {"debug": "DEBUG", "info": "INFO", "warning": "WARNING", "error": "ERROR"}
#: Error Reporting documentation, Format error messages: what carries this type is always an error.
_ERROR_TYPE = "type.googleapis.com/google.devtools.clouderrorreporting.v1beta1.ReportedErrorEvent"
_TRACE = re.compile(r"(?:00-)?([0-9a-f]{32})\b")
_NO_TRACE = "0" * 32


def configure(project: str = "", service: str = "", revision: str = "") -> None:
    """Log JSON lines to standard output; safe to call twice.

    `project` makes trace ids findable, `service` and `revision` say whose errors they are.
    """
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            _Shape(project, service, revision),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        cache_logger_on_first_use=False,
    )


def trace_of(*headers: str | None) -> str | None:
    """The platform's trace of a request, 32 hex digits, so that its own log line joins ours.

    `headers` are the values of `traceparent` and `X-Cloud-Trace-Context`, best first.
    """
    for header in headers:
        found = _TRACE.match(header or "")
        if found and found[1] != _NO_TRACE:
            return found[1]
    return None


class _Shape:
    """Gives a line the fields that Cloud Logging reads (its documentation, Structured logging)."""

    def __init__(self, project: str, service: str, revision: str) -> None:
        self._project = project
        self._context = {"service": service or "moca", "version": revision}

    def __call__(
        self, _logger: Any, method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        """The line that is written."""
        level = event.pop("level", "info")
        event["severity"] = _SEVERITIES.get(level, "ERROR")
        event["action"] = event["message"] = event.pop("event", "")
        if self._project and _TRACE.fullmatch(str(event.get("trace_id", ""))):
            trace = f"projects/{self._project}/traces/{event['trace_id']}"
            event["logging.googleapis.com/trace"] = trace
        error = _raised(event.pop("exc_info", True if method == "exception" else None))
        if error is not None:
            event["@type"] = _ERROR_TYPE
            event["serviceContext"] = self._context
            event["stack_trace"] = told(error)
        return event


def told(error: BaseException) -> str:
    """A traceback as Python prints it, without the words of what is not ours."""
    parts = [] if error.__cause__ is None else [told(error.__cause__)]
    frames = "".join(traceback.format_tb(error.__traceback__))
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    words = f": {error}" if isinstance(error, MocaError) and error.__cause__ is None else ""
    parts.append(f"Traceback (most recent call last):\n{frames}{kind}{words}")
    return "\n\nThe above exception was the direct cause of the following:\n\n".join(parts)


def _raised(exc_info: Any) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        return exc_info[1] if isinstance(exc_info[1], BaseException) else None
    return sys.exception() if exc_info else None
