"""One dispatch of a task: the HTTP request, exactly as the service words its headers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emulators.cloud_tasks import names
from emulators.cloud_tasks.instants import to_timedelta
from emulators.cloud_tasks.messages import HTTP_METHODS

USER_AGENT = "Google-Cloud-Tasks"
_OURS = {"host", "content-length", "user-agent", "connection", "transfer-encoding"}
_RESERVED = ("x-google-", "x-appengine-", "x-cloudtasks-")


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the dispatcher sends, and gives back to `TasksEngine.finish`."""

    id: int
    """Counts up over the engine's life; tells attempts of one task apart."""
    task_name: str
    queue_name: str
    method: str
    url: str
    headers: Mapping[str, str]
    """Without `Authorization`: the token is made when the request is sent."""
    body: bytes
    deadline_seconds: float
    dispatched_at: datetime
    service_account: str = ""
    """The identity of the OIDC token to attach; empty for none."""
    audience: str = ""
    oauth: bool = False
    second_delivery: bool = False
    """Delivered once more by a setting: its outcome changes nothing."""


def attempt_of(stored: Any, number: int, now: datetime, headers: Mapping[str, str]) -> Attempt:
    """The attempt that sends `stored` (a raw Task) now, with these X-CloudTasks headers."""
    request = stored.http_request
    oidc = request.oidc_token if request.HasField("oidc_token") else None
    return Attempt(
        id=number,
        task_name=stored.name,
        queue_name=names.parent(stored.name),
        method=HTTP_METHODS[request.http_method],
        url=request.url,
        headers={**_allowed(request.headers), **headers},
        body=request.body,
        deadline_seconds=to_timedelta(stored.dispatch_deadline, "").total_seconds(),
        dispatched_at=now,
        service_account=oidc.service_account_email if oidc else "",
        audience=(oidc.audience or request.url) if oidc else "",
        oauth=request.HasField("oauth_token"),
    )


def cloud_tasks_headers(
    stored: Any, retries: int, executions: int, previous: int | None
) -> dict[str, str]:
    """The information headers of one attempt; `previous` is the last answer's status, if any."""
    eta = stored.schedule_time
    headers = {
        "User-Agent": USER_AGENT,
        "X-CloudTasks-QueueName": names.short(names.parent(stored.name)),
        "X-CloudTasks-TaskName": names.short(stored.name),
        "X-CloudTasks-TaskRetryCount": str(retries),
        "X-CloudTasks-TaskExecutionCount": str(executions),
        "X-CloudTasks-TaskETA": f"{eta.seconds}.{eta.nanos // 1000:06d}",
    }
    if retries:
        headers["X-CloudTasks-TaskRetryReason"] = ""
    if retries and previous is not None:
        headers["X-CloudTasks-TaskPreviousResponse"] = str(previous)
    return headers


def _allowed(headers: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in headers.items()
        if name.lower() not in _OURS and not name.lower().startswith(_RESERVED)
    }
