"""Queues described in a JSON file, so that a local run has them from the start.

The form is the API's own, as `gcloud tasks queues describe --format=json` prints it:

    {"queues": [{"name": "dm-processing",
                 "rateLimits": {"maxDispatchesPerSecond": 50, "maxBurstSize": 100,
                                "maxConcurrentDispatches": 80},
                 "retryConfig": {"maxAttempts": -1, "maxRetryDuration": "3600s",
                                 "minBackoff": "1s", "maxBackoff": "300s", "maxDoublings": 5}}]}

A name without slashes is a queue of the parent that the reader is given.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf import json_format

from emulators.cloud_tasks.messages import Queue

DEFAULT_PARENT = "projects/moca-local/locations/europe-west1"


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One queue of the file; `burst` 0 leaves the burst size to the service's rule."""

    queue: Any
    burst: int


def read(path: Path, parent: str) -> list[QueueLine]:
    """The file's queues; ValueError says what in it is wrong."""
    content = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict) or not isinstance(content.get("queues"), list):
        raise ValueError(f'{path}: expected {{"queues": […]}}')  # noqa: TRY004 (a value of a file)
    return [_line(path, entry, parent) for entry in content["queues"]]


def _line(path: Path, entry: Any, parent: str) -> QueueLine:
    try:
        queue = json_format.ParseDict(entry, Queue())
    except json_format.ParseError as error:
        raise ValueError(f"{path}: {error}") from error
    if "/" not in queue.name:
        queue.name = f"{parent}/queues/{queue.name}"
    return QueueLine(queue, queue.rate_limits.max_burst_size)
