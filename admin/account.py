"""The Instagram account: its state, its health, and the switch that holds everything back."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, redirect, render_template, url_for

from admin.access import now, operator, services
from admin.desk import say
from services import audit
from services.accounts import ADVICE
from services.domain.account import Account
from services.health import Finding

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.before_request
def require_admin() -> None:
    """Agents answer; admins configure."""
    if not operator().is_admin:
        abort(403, "The account is for admins.")


@blueprint.get("")
def show() -> Any:
    """State, reason, what to do about it, and when it was last heard of."""
    return _page()


@blueprint.post("/pause")
def pause() -> Any:
    """Nothing goes out until it is resumed; what comes in is kept."""
    services().accounts.pause(_id())
    _record("account_paused")
    say("Paused: nothing goes out until you resume.")
    return redirect(url_for("account.show"), 303)


@blueprint.post("/resume")
def resume() -> Any:
    """What waits goes out."""
    lines = services().accounts.resume(_id(), services().ids.new())
    _record("account_resumed")
    say(f"Resumed: {lines} waiting conversation{'' if lines == 1 else 's'} set going.")
    return redirect(url_for("account.show"), 303)


@blueprint.post("/self-test")
def self_test() -> Any:
    """Every check of the connection, with what to do where one fails."""
    findings = services().care.health.self_test(_id())
    _record("self_test")
    return _page(findings)


def _page(findings: Sequence[Finding] = ()) -> str:
    (stored,) = services().documents.get(f"accounts/{_id()}")
    account = Account.from_doc(_id(), stored.fields)
    return render_template(
        "settings/account.html",
        account=account,
        stored=stored.fields or {},
        advice=ADVICE.get(account.state, ""),
        parked_until=account.parked(now()),
        findings=findings,
    )


def _id() -> str:
    return services().settings.account_id


def _record(action: str) -> None:
    entry = audit.entry(services().ids.new(), now(), operator(), action, f"accounts/{_id()}")
    services().documents.commit([entry])
