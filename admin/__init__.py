"""The back office: a Flask app in which the owner and the team read, answer and configure."""

from datetime import timedelta

from flask import Flask, Response

from admin import access, inbox
from services.bootstrap import Services

#: How long a sign-in lasts.
SESSION = timedelta(hours=12)

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def create_app(services: Services) -> Flask:
    """The app over these services; every page but the sign-in needs a session."""
    app = Flask(__name__)
    app.secret_key = services.settings.session_secret
    app.config.update(
        SESSION_COOKIE_NAME="moca_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_SECURE=not services.settings.local,
        PERMANENT_SESSION_LIFETIME=SESSION,
        MAX_CONTENT_LENGTH=64 * 1024,
    )
    app.extensions["services"] = services
    app.register_blueprint(access.blueprint)
    app.register_blueprint(inbox.blueprint)
    app.before_request(access.require_session)
    app.after_request(_with_headers)
    return app


def _with_headers(response: Response) -> Response:
    response.headers.update(_HEADERS)
    return response
