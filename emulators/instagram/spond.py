"""Spond's own HTTP API, as far as a club's session dates need it."""

from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response, jsonify, request

from emulators.instagram.core import Core
from emulators.instagram.refusals import GraphError

_TOKEN = "local-spond-token"  # noqa: S105 (a fixed local credential)
_EXPIRES = "2100-01-01T00:00:00.000Z"


@dataclass
class Spond:
    """The events of the club; the core's lock guards it."""

    username: str
    password: str
    events: list[dict[str, Any]] = field(default_factory=list)
    logins: int = 0
    reads: int = 0

    def reset(self) -> None:
        """No events, nobody logged in."""
        self.events.clear()
        self.logins = self.reads = 0


def spond_routes(core: Core, spond: Spond) -> Blueprint:
    """Log-in, events, and the control API's way to set them."""
    routes = Blueprint("spond", __name__)
    routes.register_error_handler(GraphError, lambda error: _no(error.message, error.status))

    @routes.post("/core/v1/auth2/login")
    def login() -> Response:
        return core.perform("spond", lambda _: _login(core, spond))

    @routes.get("/core/v1/sponds/")
    @routes.get("/core/v1/sponds")
    def events() -> Response:
        return core.perform("spond", lambda _: _events(core, spond))

    @routes.post("/_sim/spond")
    def set_events() -> Response:
        said = request.get_json(force=True)
        with core.lock:
            given = enumerate(said.get("events", []))
            spond.events[:] = [_complete(event, place) for place, event in given]
        return jsonify({"events": len(spond.events)})

    @routes.get("/_sim/spond")
    def state() -> Response:
        counts = {"logins": spond.logins, "reads": spond.reads}
        return jsonify({"events": spond.events, **counts})

    return routes


def _login(core: Core, spond: Spond) -> Response:
    said = request.get_json(silent=True) or {}
    if (said.get("email"), said.get("password")) != (spond.username, spond.password):
        return _no("Invalid email or password", 401)
    with core.lock:
        spond.logins += 1
    return jsonify({"accessToken": {"token": _TOKEN, "expiration": _EXPIRES}})


def _events(core: Core, spond: Spond) -> Response:
    if request.headers.get("Authorization") != f"Bearer {_TOKEN}":
        return _no("Unauthorized", 401)
    with core.lock:
        spond.reads += 1
        found = [event for event in spond.events if _asked_for(event)]
    found.sort(key=lambda event: str(event["startTimestamp"]))
    return jsonify(found[: int(request.args.get("max", 100))])


def _asked_for(event: dict[str, Any]) -> bool:
    asked = request.args
    start, end = str(event["startTimestamp"]), str(event["endTimestamp"])
    group = event.get("recipients", {}).get("group", {})
    subgroups = {subgroup.get("id") for subgroup in group.get("subGroups", [])}
    return (
        asked.get("minStartTimestamp", "") <= start <= asked.get("maxStartTimestamp", "9")
        and asked.get("minEndTimestamp", "") <= end <= asked.get("maxEndTimestamp", "9")
        and asked.get("groupId") in {None, group.get("id"), None if group else asked.get("groupId")}
        and asked.get("subGroupId") in {None, *subgroups}
        and (asked.get("scheduled") == "true" or not event.get("inviteTime"))
    )


def _complete(event: dict[str, Any], place: int) -> dict[str, Any]:
    start = event.get("startTimestamp", _EXPIRES)
    defaults = {"id": f"EVENT{place:027d}", "heading": "Net session", "spondType": "EVENT"}
    return {**defaults, "startTimestamp": start, "endTimestamp": start, **event}


def _no(message: str, status: int) -> Response:
    response = jsonify({"message": message})
    response.status_code = status
    return response
