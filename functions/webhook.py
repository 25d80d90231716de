"""The webhook: Meta's handshake and its events, gate by gate."""

import json
import re
from typing import Any

from flask import Request

from functions.http import Answer, answered
from functions.http import trace_id as new_trace
from services.bootstrap import Services
from services.errors import BadBody, BadSignature, BodyTooLarge
from services.security.signature import matching_secret, same_secret

#: Bytes of a body. Meta sends at most 1000 events of some hundred bytes.
MOST_BYTES = 1024 * 1024

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{1,128}")


def handle(request: Request, services: Services) -> Answer:
    """The function `webhook`."""
    return answered("webhook", _webhook, request, services)


def _webhook(request: Request, services: Services, notes: dict[str, Any]) -> Answer:
    if request.method == "GET":
        return _handshake(request, services)
    if request.method != "POST":
        return {"error": "GET for the handshake, POST for events"}, 405, {"Allow": "GET, POST"}
    raw = _bounded(request)
    key = matching_secret(
        raw, request.headers.get("X-Hub-Signature-256"), services.settings.app_secrets
    )
    if key is None:
        raise BadSignature
    app = services.settings.app_names[key]
    notes["key"] = f"{app}/{key}"
    notes["trace_id"] = new_trace(request, services)
    parsed = _parsed(raw)
    kind = parsed.get("object") if isinstance(parsed, dict) else None
    take = _BY_OBJECT.get(str(kind), _messages)
    data = take(parsed, services, notes, app)
    return {"status": "success", "message": "Events accepted", **data}, 200, {}


def _messages(parsed: Any, services: Services, notes: dict[str, Any], app: str) -> dict[str, Any]:
    accepted = services.ingest.accept(parsed, notes["trace_id"], app)
    notes |= {
        "stored": accepted.stored,
        "duplicates": accepted.duplicates,
        "echoes": accepted.echoes,
        "unhandled": accepted.unhandled,
        "threads": accepted.threads[:10],
    }
    return {"data": accepted.items}


def _manager(parsed: Any, services: Services, notes: dict[str, Any], _app: str) -> dict[str, Any]:
    notes["alerts"] = services.alerts.note_webhook(parsed)
    return {}


#: What a body is about → who takes it; everything else is for ingest, which keeps what it does not
#: know.
_BY_OBJECT = {"whatsapp_business_account": _manager}


def _handshake(request: Request, services: Services) -> Answer:
    """Meta checks that the address is ours (Instagram Platform documentation, Webhooks set-up)."""
    challenge = request.args.get("hub.challenge", "")
    right = request.args.get("hub.mode") == "subscribe" and same_secret(
        request.args.get("hub.verify_token"), services.settings.verify_token
    )
    if not right or _CHALLENGE.fullmatch(challenge) is None:
        return {"error": "The verify token or the challenge is not right."}, 403, {}
    return challenge, 200, {"Content-Type": "text/plain; charset=utf-8"}


def _bounded(request: Request) -> bytes:
    if request.content_length is not None and request.content_length > MOST_BYTES:
        raise BodyTooLarge(f"The body has more than {MOST_BYTES} bytes.")
    raw = request.stream.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise BodyTooLarge(f"The body has more than {MOST_BYTES} bytes.")
    return raw


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BadBody("The body is not JSON.") from error
