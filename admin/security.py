"""What every answer carries, and the proof that a form is one of ours."""

import hmac
import secrets
from typing import Any

from flask import Response, abort, current_app, request, session
from flask_babel import gettext

#: Where pictures and sounds of messages come from: Meta's content network.
_MEDIA = "https://*.fbcdn.net https://*.fbsbx.com https://*.cdninstagram.com"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "img-src 'self' data: blob: {media}; media-src 'self' {media}; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex, nofollow",
}
#: Bytes of a form with a file: the largest that Instagram takes, and the texts beside it.
LARGEST_UPLOAD = 25_600_000
_WITH_FILES = frozenset({"composer.send", "composer.suggest"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def with_headers(response: Response) -> Response:
    """The headers of every answer; nothing but our own static files is ever kept."""
    local = current_app.config["LOCAL"]
    media = _MEDIA + (" http://127.0.0.1:* http://localhost:*" if local else "")
    response.headers.update(_HEADERS)
    response.headers["Content-Security-Policy"] = _POLICY.format(media=media)
    if not local:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if request.endpoint == "static":
        response.headers["Cache-Control"] = "private, max-age=300"
    else:
        response.headers["Cache-Control"] = "no-store"
    return response


def form_token() -> dict[str, Any]:
    """The session's word that every form repeats; pages of other sites cannot know it."""
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(24)
    return {"csrf": session["csrf"]}


def require_own_form() -> None:
    """403 unless a changing request repeats the session's word, in a field or a header.

    The JSON API signs each request with a token that no browser adds by itself.
    """
    if request.method in _SAFE or "x-admin-token" in request.headers:
        return
    if request.endpoint in _WITH_FILES:
        request.max_content_length = LARGEST_UPLOAD
    given = request.headers.get("x-csrf-token") or request.form.get("csrf") or ""
    expected = str(session.get("csrf") or "")
    if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
        abort(403, gettext("This form is too old or was not made here. Load the page again."))
