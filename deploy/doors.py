"""Who may call which function, and the proof that nobody else can."""

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

from deploy import functions, wanted
from deploy.accounts import Grant, ensure_grants
from deploy.gcloud import note, step, warn
from deploy.request import Request
from devtools.stop import Stop

_INVOKER = "roles/run.invoker"
_EVERYONE = ("allUsers", "allAuthenticatedUsers")
_TIMEOUT_SECONDS = 60


def ensure(request: Request) -> None:
    """The tasks' account may call the private functions."""
    step("Doors: only the tasks' account may call what is private")
    ensure_grants(request, list(grants(request)))


def grants(request: Request) -> Iterator[Grant]:
    """The one account that calls private functions."""
    for function in request.functions:
        if not function.public:
            yield Grant(wanted.TASKS_ACCOUNT, _INVOKER, _service(request, function), "calls it")


def check(request: Request) -> None:
    """Raises `Stop` when a private function answers a stranger, or its address is not the planned.

    A stranger without a token is tried, and one with a token that says the right things and is
    signed by nobody: our own check of the claims would let that one in, the platform does not.
    """
    step("Doors: tried from outside")
    if request.gcloud.dry_run:
        note("not tried in a dry run")
        return
    project_number = functions.number(request)
    for function in request.functions:
        service = request.gcloud.read(
            "run", "services", "describe", *_service(request, function)[2:]
        )
        planned = functions.address(request, function, project_number)
        _require_address(function, service, planned)
        if function.public:
            _require_open(function, service["status"]["url"])
        else:
            _require_closed(request, function, service["status"]["url"], planned)


def _service(request: Request, function: wanted.Function) -> tuple[str, ...]:
    return ("run", "services", function.name, f"--region={request.region}")


def _require_address(function: wanted.Function, service: dict[str, Any], planned: str) -> None:
    known = json.loads(service["metadata"]["annotations"].get("run.googleapis.com/urls", "[]"))
    if planned not in known:
        raise Stop(
            f"{function.name} does not answer at {planned}, where tasks are sent; it has "
            f"{', '.join(known) or 'no address'}. Is run.app switched off for this project?"
        )


def _require_open(function: wanted.Function, url: str) -> None:
    status, ours = _call(url, {})
    if status in (401, 403, 404) and not ours:
        warn(f"{function.name} should be open, and the platform refuses strangers ({status}): does")
        warn("the organisation's policy forbid public functions? docs/deploy.md")
        return
    note(f"= {function.name} is open and guards itself; it answered {status}")


def _require_closed(request: Request, function: wanted.Function, url: str, audience: str) -> None:
    policy = request.gcloud.read(
        "run", "services", "get-iam-policy", *_service(request, function)[2:]
    )
    invited = {
        member
        for binding in policy.get("bindings", ())
        for member in binding["members"]
        if member in _EVERYONE
    }
    if invited:
        raise Stop(f"{function.name} is private, but its policy admits {', '.join(invited)}.")
    for who, headers in _strangers(request, audience):
        status, ours = _call(url, headers)
        if status not in (401, 403, 404) or ours:
            raise Stop(
                f"{function.name} is private, but the platform let {who} through to it "
                f"({status}). Make it private again: `./dev deploy --force`."
            )
    note(f"= {function.name} is closed to strangers")


def _strangers(request: Request, audience: str) -> Iterator[tuple[str, dict[str, str]]]:
    yield "a caller without a token", {}
    claims = {"aud": audience, "email": request.account(wanted.TASKS_ACCOUNT)}
    token = ".".join([_part({"alg": "none"}), _part(claims), "unsigned"])
    yield "a caller with an unsigned token", {"Authorization": f"Bearer {token}"}


def _part(value: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _call(url: str, headers: dict[str, str]) -> tuple[int, bool]:
    """The status, and whether it was one of our functions that answered: they speak JSON."""
    request = urllib.request.Request(url, b"not a task", headers, method="POST")  # noqa: S310 (https, from gcloud)
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310 (https)
            return answer.status, "json" in answer.headers.get("Content-Type", "")
    except urllib.error.HTTPError as error:
        return error.code, "json" in error.headers.get("Content-Type", "")
    except urllib.error.URLError as error:
        raise Stop(f"{url} cannot be reached: {error.reason}.") from error
