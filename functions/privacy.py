"""Meta's privacy callbacks, the status page that they name, and the page that links a person."""

from typing import Any

from flask import Request

from functions.http import Answer, answered
from functions.pages import HEADERS, confirmation, page
from services.bootstrap import Services
from services.domain.ids import is_platform_id
from services.domain.linking import is_token
from services.errors import BadBody, BadSignature
from services.security.signed_request import user_of


def handle(request: Request, services: Services) -> Answer:
    """The function `privacy`."""
    return answered("privacy", _privacy, request, services)


def _privacy(request: Request, services: Services, notes: dict[str, Any]) -> Answer:
    path = request.path.strip("/").split("/")
    notes["page"] = name = path[0]
    if name == "verify" and request.method in ("GET", "HEAD"):
        return _verify_page(request, services)
    if name == "verify" and request.method == "POST":
        return _verify(request, services, notes)
    if name == "deletion" and request.method in ("GET", "HEAD"):
        return _status_page(path[-1], services)
    if name == "data-deletion" and request.method == "POST":
        return _data_deletion(request, services)
    if name in ("deauthorise", "deauthorize") and request.method == "POST":
        services.deletions.deauthorise(_user(request, services))
        return {"success": True}, 200, {}
    return page("There is nothing here"), 404, HEADERS


def _verify_page(request: Request, services: Services) -> Answer:
    """Shows a button and consumes nothing: whoever previews links fetches this too."""
    token, igsid = request.args.get("token", ""), request.args.get("ig_id", "")
    if not is_token(token) or not is_platform_id(igsid):
        return (
            page("This link is not complete", "Open the link in your messages again."),
            400,
            HEADERS,
        )
    business = services.live_settings.account(services.settings.account_id).operation.business_name
    text = f"This links your Instagram account with {business}."
    shown = confirmation("Connect your account", text, "Connect", {"token": token, "ig_id": igsid})
    return shown, 200, HEADERS


_VERDICTS = {
    "connected": (200, "You are connected", "You can close this page and go on in Instagram."),
    "used": (410, "This link was used already", "You are connected, or somebody else was quicker."),
    "expired": (410, "This link has expired", "Write to us again and we will send you a new one."),
    "unknown": (400, "This link is not right", "Open the link in your messages again."),
}


def _verify(request: Request, services: Services, notes: dict[str, Any]) -> Answer:
    form = request.form
    verdict = services.linking.connect(form.get("token", ""), form.get("ig_id", ""))
    notes["outcome"] = verdict
    status, title, text = _VERDICTS[verdict]
    return page(title, text), status, HEADERS


def _data_deletion(request: Request, services: Services) -> Answer:
    """What Meta expects: where to look, and by which code (Data Deletion Request Callback)."""
    code = services.deletions.request_by_meta(_user(request, services))
    base = services.settings.public_url.rstrip("/")
    return {"url": f"{base}/deletion/{code}", "confirmation_code": code}, 200, {}


def _status_page(code: str, services: Services) -> Answer:
    status = services.deletions.status(code)
    if status is None:
        return page("There is no such request", "Check the confirmation code."), 404, HEADERS
    return page("Deletion of your data", status, f"Confirmation code: {code}"), 200, HEADERS


def _user(request: Request, services: Services) -> str:
    signed = request.form.get("signed_request", "")
    if not signed:
        raise BadBody("The form field signed_request is missing.")
    user = user_of(signed, services.settings.app_secrets)
    if user is None:
        raise BadSignature("signed_request is not signed with any configured app secret.")
    return user
