"""The WhatsApp Cloud API towards the manager: accepted is not delivered."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, jsonify, request

from emulators.instagram.core import Core
from emulators.instagram.faults import Fault
from emulators.instagram.refusals import GraphError, refusal

_WINDOW = timedelta(hours=24)
_MAX_TEXT = 4096
_BAD_PARAMETER = re.compile(r"[\n\t]| {5,}")


@dataclass
class WhatsApp:
    """The business number, the manager's, and what was accepted; the core's lock guards it."""

    phone_number_id: str
    manager_number: str
    access_token: str
    manager_wrote_at: datetime | None = None
    accepted: list[dict[str, Any]] = field(default_factory=list)

    def reset(self) -> None:
        """Forget what was accepted and when the manager wrote."""
        self.manager_wrote_at = None
        self.accepted.clear()


def whatsapp_routes(core: Core, whatsapp: WhatsApp) -> Blueprint:
    """The send edge of the one phone number, and its part of the control API."""
    routes = Blueprint("whatsapp", __name__)
    routes.register_error_handler(GraphError, lambda error: _refused(core, error))

    @routes.post(f"/{whatsapp.phone_number_id}/messages")
    def send() -> Response:
        return core.perform("whatsapp", lambda fault: _send(core, whatsapp, fault))

    @routes.get("/_sim/whatsapp")
    def accepted() -> Response:
        with core.lock:
            return jsonify(whatsapp.accepted)

    @routes.post("/_sim/whatsapp/reply")
    def reply() -> Response:
        with core.lock:
            whatsapp.manager_wrote_at = core.clock.now()
        return jsonify({"ok": True})

    return routes


def _send(core: Core, whatsapp: WhatsApp, fault: Fault) -> Response:
    if request.headers.get("Authorization") != f"Bearer {whatsapp.access_token}":
        raise refusal(190, message="Authentication Error")
    body = request.get_json(silent=True)
    if not isinstance(body, dict) or body.get("messaging_product") != "whatsapp":
        raise _parameter("messaging_product must be whatsapp")
    content = _content(body)
    with core.lock:
        to = str(body.get("to", "")).removeprefix("+")
        if to != whatsapp.manager_number:
            words = "(#131030) Recipient phone number not in allowed list"
            raise refusal(131030, message=words)
        now = core.clock.now()
        wamid = core.ids.wamid()
        status = _fate(whatsapp, content, now)
        record = {"id": wamid, "to": to, "at": now.isoformat(), **content, "status": status}
        whatsapp.accepted.append(record)
    if fault.echo != "never":
        _tell(core, whatsapp, record, body.get("biz_opaque_callback_data"))
    contacts = [{"input": body["to"], "wa_id": to}]
    answer = {"messaging_product": "whatsapp", "contacts": contacts, "messages": [{"id": wamid}]}
    return jsonify(answer)


def _content(body: Mapping[str, Any]) -> dict[str, Any]:
    kind = body.get("type", "text")
    if kind == "text":
        text = _object(body, "text").get("body")
        if not isinstance(text, str) or not 1 <= len(text) <= _MAX_TEXT:
            raise _parameter(f"text.body must have 1 to {_MAX_TEXT} characters")
        return {"type": "text", "text": text, "template": None}
    if kind == "template":
        return _template(_object(body, "template"))
    raise _parameter(f"type {kind} is not simulated")


def _object(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = body.get(name)
    if not isinstance(found, Mapping):
        raise _parameter(f"{name} must be an object")
    return found


def _template(template: Mapping[str, Any]) -> dict[str, Any]:
    name, language = template.get("name"), _object(template, "language").get("code")
    if not name or not language:
        raise _parameter("template needs name and language.code")
    texts: list[Any] = [
        parameter.get("text")
        for component in template.get("components", [])
        for parameter in component.get("parameters", [])
    ]
    for text in texts:
        if not text or _BAD_PARAMETER.search(text):
            words = "(#132018) Parameters cannot be empty or have new lines, tabs or 5 spaces"
            raise refusal(132018, message=words)
    shown = {"name": name, "language": language, "parameters": texts}
    return {"type": "template", "text": " ".join(texts), "template": shown}


def _fate(whatsapp: WhatsApp, content: Mapping[str, Any], now: datetime) -> str:
    """A text outside the manager's window is accepted, and fails later."""
    wrote = whatsapp.manager_wrote_at
    open_window = wrote is not None and now - wrote < _WINDOW
    return "delivered" if content["type"] == "template" or open_window else "failed"


def _tell(core: Core, whatsapp: WhatsApp, record: Mapping[str, Any], opaque: Any) -> None:
    """Queue the status webhook, where a closed window first shows."""
    seconds = str(int(core.clock.now().timestamp()))
    status = {"id": record["id"], "status": record["status"], "timestamp": seconds}
    status["recipient_id"] = record["to"]
    if opaque is not None:
        status["biz_opaque_callback_data"] = opaque
    outcome: dict[str, Any] = dict(status)
    if record["status"] == "failed":
        outcome["errors"] = [_REENGAGEMENT]
    numbers = {"display_phone_number": "4799999999", "phone_number_id": whatsapp.phone_number_id}
    value = {"messaging_product": "whatsapp", "metadata": numbers, "statuses": [outcome]}
    change = {"field": "messages", "value": value}
    entry = {"id": "200000000000001", "changes": [change]}
    core.outbox.add_raw({"object": "whatsapp_business_account", "entry": [entry]})


_DETAILS = "More than 24 hours have passed since the customer last replied to this number."
_REENGAGEMENT = {
    "code": 131047,
    "title": "Re-engagement message",
    "message": "Re-engagement message",
    "error_data": {"details": _DETAILS},
}


def _parameter(why: str) -> GraphError:
    return refusal(100, message=f"(#100) Invalid parameter: {why}")


def _refused(core: Core, error: GraphError) -> Response:
    body = error.body(core.ids.fbtrace())
    details = {"messaging_product": "whatsapp", "details": error.message}
    body["error"] |= {"error_data": details}
    response = jsonify(body)
    response.status_code = error.status
    return response
