"""The Instagram account: its state, its health, and the switch that holds everything back."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from admin.access import now, operator, services
from admin.desk import say
from admin.said import said
from services import audit
from services.accounts import ADVICE
from services.domain.account import Account
from services.domain.documents import Merge, Query
from services.domain.ids import is_platform_id
from services.errors import Rejected
from services.health import Finding

blueprint = Blueprint("account", __name__, url_prefix="/account")

#: Accounts that the page lists.
MOST_ACCOUNTS = 50


@blueprint.before_request
def require_admin() -> None:
    """Agents answer; admins configure."""
    if not operator().is_admin:
        abort(403, gettext("The account is for admins."))


@blueprint.get("")
def show() -> Any:
    """State, reason, what to do about it, and when it was last heard of."""
    return _page()


@blueprint.post("/pause")
def pause() -> Any:
    """Nothing goes out until it is resumed; what comes in is kept."""
    services().accounts.pause(_id())
    _record("account_paused")
    say(gettext("Paused: nothing goes out until you resume."))
    return redirect(url_for("account.show", account=_id()), 303)


@blueprint.post("/resume")
def resume() -> Any:
    """What waits goes out."""
    lines = services().accounts.resume(_id(), services().ids.new())
    _record("account_resumed")
    say(
        ngettext(
            "Resumed: %(num)s waiting conversation set going.",
            "Resumed: %(num)s waiting conversations set going.",
            lines,
        )
    )
    return redirect(url_for("account.show", account=_id()), 303)


@blueprint.post("/self-test")
def self_test() -> Any:
    """Every check of the connection, with what to do where one fails."""
    findings = services().care.health.self_test(_id())
    _record("self_test")
    return _page(findings)


@blueprint.post("/token")
def token() -> Any:
    """A new token after a log-in: checked with Instagram, stored as a secret, never shown."""
    typed = request.form.get("token", "")
    try:
        username = services().care.tokens.replace(_id(), typed, services().ids.new())
    except Rejected as error:
        return _page(problem=said(str(error))), 422
    _record("token_replaced")
    say(gettext("Stored. Instagram knows it as @%(name)s; what waited is sent now.", name=username))
    return redirect(url_for("account.show", account=_id()), 303)


@blueprint.post("/add")
def add() -> Any:
    """One more account of ours, by its id; the next step is its token."""
    account_id = request.form.get("account_id", "").strip()
    if not is_platform_id(account_id):
        return _page(problem=gettext("An account's id is a number of up to 32 digits.")), 422
    services().documents.commit(
        [
            Merge(f"accounts/{account_id}", {"added_at": now(), "added_by": operator().id}),
            audit.entry(
                services().ids.new(), now(), operator(), "account_added", f"accounts/{account_id}"
            ),
        ]
    )
    say(gettext("Added. Now paste its token."))
    return redirect(url_for("account.show", account=account_id), 303)


def _page(findings: Sequence[Finding] = (), problem: str = "") -> str:
    (stored,) = services().documents.get(f"accounts/{_id()}")
    account = Account.from_doc(_id(), stored.fields)
    own = services().settings.account_id
    others = services().documents.query(Query("accounts", limit=MOST_ACCOUNTS))
    return render_template(
        "settings/account.html",
        account=account,
        stored=stored.fields or {},
        advice=ADVICE.get(account.state, ""),
        parked_until=account.parked(now()),
        findings=findings,
        problem=problem,
        account_ids=list(dict.fromkeys([own, *(s.id for s in others)])),
    )


def _id() -> str:
    wanted = request.args.get("account", "")
    return wanted if is_platform_id(wanted) else services().settings.account_id


def _record(action: str) -> None:
    entry = audit.entry(services().ids.new(), now(), operator(), action, f"accounts/{_id()}")
    services().documents.commit([entry])
