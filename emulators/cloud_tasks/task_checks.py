"""What a task must look like to be accepted, in production's bounds and words."""

import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import grpc

from emulators.cloud_tasks import instants
from emulators.cloud_tasks.messages import HTTP_METHODS
from emulators.cloud_tasks.queue_config import check_retry
from emulators.refused import Refused

LARGEST_TASK = 1_048_569
LONGEST_URL = 2083
LARGEST_HEADERS = 80 * 1024
FARTHEST = timedelta(hours=720)
DEFAULT_DEADLINE = timedelta(minutes=10)
SHORTEST_DEADLINE = timedelta(seconds=15)
LONGEST_DEADLINE = timedelta(minutes=30)
_WITH_BODY = {"POST", "PUT", "PATCH"}
_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


def check(task: Any, now: datetime) -> None:
    """Refuse the task with INVALID_ARGUMENT unless the service would take it."""
    if task.HasField("app_engine_http_request"):
        raise Refused(grpc.StatusCode.UNIMPLEMENTED, "App Engine targets are not emulated.")
    if not task.HasField("http_request"):
        raise _invalid("Task.httpRequest is required.")
    _check_request(task.http_request)
    _check_times(task, now)
    check_retry(task.retry_config, "Task.retryConfig")


def complete(task: Any, now: datetime) -> None:
    """Fill in what the service sets itself; counts and times from the caller are ignored."""
    for field in ("dispatch_count", "response_count", "first_attempt", "last_attempt", "view"):
        task.ClearField(field)
    task.http_request.http_method = task.http_request.http_method or _method_number("POST")
    instants.set_timestamp(task.create_time, now.replace(microsecond=0))
    wanted = scheduled_at(task)
    instants.set_timestamp(task.schedule_time, max(now, wanted))
    if not task.HasField("dispatch_deadline"):
        instants.set_duration(task.dispatch_deadline, DEFAULT_DEADLINE)
    task.dispatch_deadline.nanos -= task.dispatch_deadline.nanos % 1_000_000


def scheduled_at(task: Any) -> datetime:
    """When the task is to be attempted."""
    return instants.to_datetime(task.schedule_time, "Task.scheduleTime")


def check_size(task: Any) -> None:
    """Refuse what is too large in its stored form."""
    if task.ByteSize() > LARGEST_TASK:
        raise _invalid(f"Task size too large: more than {LARGEST_TASK} bytes.")


def _check_request(request: Any) -> None:
    _check_url(request.url)
    method = HTTP_METHODS.get(request.http_method)
    if method is None:
        raise _invalid("HttpRequest.httpMethod is not a known method.")
    if request.body and method not in _WITH_BODY | {"HTTP_METHOD_UNSPECIFIED"}:
        raise _invalid(f"HTTP request body is not allowed with HttpMethod {method}.")
    _check_headers(request.headers)


def _check_url(url: str) -> None:
    if not url:
        raise _invalid("HttpRequest.url is required.")
    if not url.startswith(("http://", "https://")):
        raise _invalid("HttpTarget.url must start with 'http://' or 'https://'.")
    if len(url) > LONGEST_URL:
        raise _invalid(f"HttpRequest.url must be at most {LONGEST_URL} characters long.")
    try:
        parts = urlsplit(url)
        legal = bool(parts.hostname) and parts.port != 0
        (parts.hostname or "").encode("idna")
    except ValueError as error:
        raise _invalid(f"HttpRequest.url is malformed: {error}.") from error
    if not legal or not url.isprintable() or " " in url:
        raise _invalid("HttpRequest.url is malformed.")


def _check_headers(headers: Any) -> None:
    if sum(len(name) + len(value) for name, value in headers.items()) >= LARGEST_HEADERS:
        raise _invalid("HttpRequest.headers must be smaller than 80KB.")
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise _invalid(f"HttpRequest.headers holds an illegal header: {name!r}.")


def _check_times(task: Any, now: datetime) -> None:
    wanted = scheduled_at(task)
    if wanted - now > FARTHEST:
        raise _invalid(
            f"The Task.scheduleTime, {wanted.isoformat()}, is too far in the future."
            " Schedule time must be no more than 720h in the future."
        )
    deadline = instants.to_timedelta(task.dispatch_deadline, "Task.dispatchDeadline")
    bounded = SHORTEST_DEADLINE <= deadline <= LONGEST_DEADLINE
    if task.HasField("dispatch_deadline") and not bounded:
        raise _invalid("Task.dispatchDeadline must be between [15s, 30m].")


def _method_number(name: str) -> int:
    return next(number for number, known in HTTP_METHODS.items() if known == name)


def _invalid(message: str) -> Refused:
    return Refused(grpc.StatusCode.INVALID_ARGUMENT, message)
