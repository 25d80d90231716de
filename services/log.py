"""One JSON line per event, in the shape that Cloud Logging understands."""

from collections.abc import MutableMapping
from typing import Any

import structlog

_SEVERITIES = {"debug": "DEBUG", "info": "INFO", "warning": "WARNING", "error": "ERROR"}


def configure() -> None:
    """Log JSON lines to standard output; safe to call twice."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            _for_cloud_logging,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        cache_logger_on_first_use=False,
    )


def _for_cloud_logging(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    # Cloud Logging documentation, Structured logging: `severity` and `message` are read.
    level = event.pop("level", "info")
    event["severity"] = _SEVERITIES.get(level, "ERROR")
    event["action"] = event.pop("event", "")
    event["message"] = event["action"]
    if "exception" in event:
        event["stack_trace"] = event.pop("exception")
    return event
