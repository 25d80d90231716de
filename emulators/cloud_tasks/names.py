"""Resource names of queues and tasks: parsed once, refused in production's words."""

import re

import grpc

from emulators.refused import Refused

_LOCATION = r"projects/[A-Za-z0-9:.\-]+/locations/[A-Za-z0-9\-]+"
_QUEUE = _LOCATION + r"/queues/[A-Za-z0-9\-]{1,100}"
_TASK = _QUEUE + r"/tasks/[A-Za-z0-9_\-]{1,500}"


def check_location(name: str) -> str:
    """`name`, if it is `projects/…/locations/…`; otherwise INVALID_ARGUMENT."""
    return _checked(_LOCATION, name, "Invalid resource field value in the request.")


def check_queue(name: str) -> str:
    """`name`, if it is a queue's full name; otherwise INVALID_ARGUMENT."""
    form = '"projects/<PROJECT_ID>/locations/<LOCATION_ID>/queues/<QUEUE_ID>"'
    return _checked(_QUEUE, name, f"Queue name must be formatted: {form}")


def check_task(name: str) -> str:
    """`name`, if it is a task's full name; otherwise INVALID_ARGUMENT."""
    form = '"projects/<PROJECT_ID>/locations/<LOCATION_ID>/queues/<QUEUE_ID>/tasks/<TASK_ID>"'
    return _checked(_TASK, name, f"Task name must be formatted: {form}")


def parent(name: str) -> str:
    """The name two segments up: a task's queue, a queue's location."""
    return name.rsplit("/", 2)[0]


def short(name: str) -> str:
    """The last segment: a task's or a queue's id."""
    return name.rpartition("/")[2]


def _checked(pattern: str, name: str, message: str) -> str:
    if re.fullmatch(pattern, name) is None:
        raise Refused(grpc.StatusCode.INVALID_ARGUMENT, message)
    return name
