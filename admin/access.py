"""Signing in with the admin token, and the gate in front of every other page."""

from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for

from services.bootstrap import Services
from services.signature import same_secret

blueprint = Blueprint("access", __name__)

_OPEN = frozenset({"access.sign_in", "access.check", "static"})


def services() -> Services:
    """The services of the app that answers this request."""
    found: Services = current_app.extensions["services"]
    return found


def require_session() -> Any:
    """Send whoever has not signed in to the sign-in page."""
    if request.endpoint in _OPEN or session.get("admin") is True:
        return None
    return redirect(url_for("access.sign_in"))


@blueprint.get("/sign-in")
def sign_in() -> Any:
    """The page that asks for the token."""
    return render_template("sign_in.html", wrong=False)


@blueprint.post("/sign-in")
def check() -> Any:
    """Begin a session for whoever knows the token; compared in constant time."""
    if not same_secret(request.form.get("token"), services().settings.admin_token):
        return render_template("sign_in.html", wrong=True), 403
    session.clear()
    session.permanent = True
    session["admin"] = True
    return redirect(url_for("inbox.conversations"))


@blueprint.post("/sign-out")
def sign_out() -> Any:
    """End the session of this browser."""
    session.clear()
    return redirect(url_for("access.sign_in"))
