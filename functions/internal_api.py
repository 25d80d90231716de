"""What other services of the business may ask for; a shared token opens it."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from flask import Request

from functions.http import Answer, answered
from services.bootstrap import Services
from services.domain.events import LONGEST_MID
from services.domain.ids import is_platform_id, thread_id
from services.errors import BadBody, BodyTooLarge
from services.outbox.compose import KINDS
from services.security.signature import same_secret

#: Bytes of a body.
MOST_BYTES = 256 * 1024

Words = Mapping[str, Any]
Verb = Callable[[Words, Services], dict[str, Any]]


def handle(request: Request, services: Services) -> Answer:
    """The function `internal_api`."""
    return answered("internal_api", _internal_api, request, services)


def _internal_api(request: Request, services: Services, notes: dict[str, Any]) -> Answer:
    given = request.headers.get("X-Service-Token")
    if not same_secret(given, services.settings.service_token):
        return {"error": "The header x-service-token does not hold the service token."}, 401, {}
    verb = _VERBS.get(request.path.removeprefix("/api/internal/").strip("/"))
    if verb is None or not request.path.startswith("/api/internal/"):
        return {"error": f"There is {', '.join(_VERBS)} below /api/internal/."}, 404, {}
    if request.method != "POST":
        return {"error": "Every call is a POST."}, 405, {"Allow": "POST"}
    notes["verb"] = verb.__name__.strip("_")
    return verb(_words(request), services), 200, {}


def _ingest_event(words: Words, services: Services) -> dict[str, Any]:
    """A message that came by another way than Meta's webhook."""
    mid, sender = _text(words, "mid"), _id(words, "sender_ig_id")
    recipient = _id(words, "recipient_ig_id")
    if len(mid) > LONGEST_MID:
        raise BadBody(f"mid has more than {LONGEST_MID} characters.")
    _one_is_ours(sender, recipient, services)
    message = {"mid": mid, "text": words.get("message_text")}
    if words.get("attachments"):
        message["attachments"] = words["attachments"]
    item = {
        "sender": {"id": sender},
        "recipient": {"id": recipient},
        "timestamp": words.get("timestamp"),
        "message": message,
    }
    body = {"object": "instagram", "entry": [{"id": recipient, "messaging": [item]}]}
    services.ingest.accept(body, services.ids.new())
    return {"success": True, "message": "Event accepted for processing"}


def _one_is_ours(sender: str, recipient: str, services: Services) -> None:
    # Asked before anything is stored: what belongs to nobody would be kept for a person to look at.
    if sender == recipient:
        raise BadBody("sender_ig_id and recipient_ig_id are the same.")
    if not any(services.live_settings.account(party).known for party in (recipient, sender)):
        raise BadBody("Neither sender_ig_id nor recipient_ig_id is an account of ours.")


def _generate_verification(words: Words, services: Services) -> dict[str, Any]:
    igsid = _id(words, "ig_id")
    issued = services.linking.generate(igsid, _text(words, "event_id"))
    expires_at = issued.expires_at.isoformat()
    return {"token_hash": issued.token_hash, "expires_at": expires_at, "ig_id": igsid}


def _send_verification_dm(words: Words, services: Services) -> dict[str, Any]:
    queued = services.linking.send(_id(words, "ig_id"), _text(words, "token_plain"))
    return {"success": True, "remote_message_id": queued.mid, "outbound_message_id": queued.id}


def _send_dm(words: Words, services: Services) -> dict[str, Any]:
    thread = thread_id(services.settings.account_id, _id(words, "ig_id"))
    kind = words.get("kind", "custom")
    if kind not in KINDS:
        raise BadBody(f"kind must be one of {', '.join(KINDS)}.")
    queued = services.manual.queue_manual(thread, _text(words, "message_text"), str(kind))
    return {
        "success": True,
        "remote_message_id": None,
        "outbound_message_id": queued.item_ids[0],
    }


def _connect(words: Words, services: Services) -> dict[str, Any]:
    igsid, user_id = _id(words, "ig_id"), _text(words, "user_id")
    verdict = services.linking.connect(_text(words, "token"), igsid, user_id)
    if verdict != "connected":
        raise BadBody(f"The token is {verdict}.")
    return {"success": True, "ig_id": igsid, "connected_user_id": user_id}


def _export_contact(words: Words, services: Services) -> dict[str, Any]:
    thread = thread_id(services.settings.account_id, _id(words, "ig_id"))
    return services.exports.contact(thread)


def _delete_contact(words: Words, services: Services) -> dict[str, Any]:
    thread = thread_id(services.settings.account_id, _id(words, "ig_id"))
    code = services.deletions.request(thread, "internal_api")
    return {
        "success": True,
        "confirmation_code": code,
        "status": services.deletions.status(code),
    }


_VERBS: dict[str, Verb] = {
    "ingest-event": _ingest_event,
    "generate-verification": _generate_verification,
    "send-verification-dm": _send_verification_dm,
    "send-dm": _send_dm,
    "connect": _connect,
    "export-contact": _export_contact,
    "delete-contact": _delete_contact,
}


def _words(request: Request) -> Words:
    raw = request.stream.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise BodyTooLarge(f"The body has more than {MOST_BYTES} bytes.")
    try:
        words = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BadBody("The body is not JSON.") from error
    if not isinstance(words, dict):
        raise BadBody("The body is not a JSON object.")
    return words


def _text(words: Words, name: str) -> str:
    value = words.get(name)
    if not isinstance(value, str) or not value.strip():
        raise BadBody(f"{name} must be a text.")
    return value


def _id(words: Words, name: str) -> str:
    value = words.get(name)
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not is_platform_id(text):
        raise BadBody(f"{name} must be an Instagram id: digits only.")
    return text
