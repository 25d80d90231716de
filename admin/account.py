"""The Instagram accounts: state, token, health, the bot, and the switch that holds all back."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from admin.access import now, office, operator, services
from admin.bot import MODES
from admin.desk import say
from admin.said import said
from services import audit
from services.accounts import ADVICE
from services.domain.account import Account
from services.domain.bot import Bot
from services.domain.documents import Merge
from services.errors import Rejected, Unavailable
from services.office.accounts import Known

blueprint = Blueprint("account", __name__, url_prefix="/account")

#: A token that ends within so many days is worth a warning: it should have been renewed by then.
WARN_DAYS = 14


@blueprint.before_request
def require_admin() -> None:
    """Agents answer; admins configure."""
    if not operator().is_admin:
        abort(403, gettext("The account is for admins."))


@blueprint.get("")
def show() -> Any:
    """State, reason, what to do about it, and when it was last heard of."""
    return _page(known())


@blueprint.post("/pause")
def pause() -> Any:
    """Nothing goes out until it is resumed; what comes in is kept."""
    account = known()
    services().accounts.pause(account.id)
    _record("account_paused", account.id)
    say(gettext("Paused: nothing goes out until you resume."))
    return _back(account.id)


@blueprint.post("/resume")
def resume() -> Any:
    """What waits goes out."""
    account = known()
    lines = services().accounts.resume(account.id, services().ids.new())
    _record("account_resumed", account.id)
    say(
        ngettext(
            "Resumed: %(num)s waiting conversation set going.",
            "Resumed: %(num)s waiting conversations set going.",
            lines,
        )
    )
    return _back(account.id)


@blueprint.post("/bot")
def bot() -> Any:
    """Whether this account's bot answers, drafts or is off; nothing said: as for all accounts."""
    account, word = known(), request.form.get("bot", "")
    if word and word not in tuple(Bot):
        abort(422)
    if office().settings.put(account.id, {"bot": word or None}, operator()):
        say(gettext("Changed: it counts from the next message on."))
    return _back(account.id)


@blueprint.post("/human-agent")
def human_agent() -> Any:
    """Whether Meta has granted the permission to answer for seven days: only Meta's page says."""
    account, granted = known(), request.form.get("granted") == "yes"
    services().documents.commit([Merge(f"accounts/{account.id}", {"human_agent": granted})])
    services().live_settings.forget()
    _record("human_agent", account.id)
    return _back(account.id)


@blueprint.post("/self-test")
def self_test() -> Any:
    """Every check of the connection, with what to do where one fails."""
    account = known()
    services().care.health.self_test(account.id)
    _record("self_test", account.id)
    return _back(account.id)


@blueprint.post("/token")
def token() -> Any:
    """A new token after a log-in: checked with Instagram, stored as a secret, never shown."""
    account = known()
    try:
        connected = services().care.upkeep.connect(_typed(), services().ids.new(), account.id)
    except (Rejected, Unavailable) as error:
        return _page(account, problem=said(str(error))), 422
    _record("token_replaced", account.id)
    name = connected.username
    say(
        gettext(
            "Stored. Instagram knows it as @%(name)s. What waited for it is sent now, "
            "unless the account is paused.",
            name=name,
        )
    )
    return _back(account.id)


@blueprint.get("/new")
def new() -> Any:
    """How one more account is added."""
    return render_template("settings/account_new.html", problem="")


@blueprint.post("/new")
def add() -> Any:
    """One more account of ours: whatever its token speaks for, connected at once."""
    try:
        connected = services().care.upkeep.connect(_typed(), services().ids.new())
    except (Rejected, Unavailable) as error:
        problem = said(str(error))
        return render_template("settings/account_new.html", problem=problem), 422
    added = Merge(
        f"accounts/{connected.account_id}", {"added_at": now(), "added_by": operator().id}
    )
    services().documents.commit([added])
    services().live_settings.forget()
    _record("account_added", connected.account_id)
    say(gettext("Connected: @%(name)s.", name=connected.username))
    return _back(connected.account_id)


def _page(shown: Known, problem: str = "") -> str:
    account = Account.from_doc(shown.id, shown.fields)
    settings = {s.setting.name: s for s in office().settings.shown(shown.id)}
    return render_template(
        "settings/account.html",
        account=account,
        known=shown,
        stored=shown.fields,
        accounts=office().accounts.all(),
        advice=ADVICE.get(account.state, ""),
        parked_until=account.parked(now()),
        ends_soon=_ends_soon(shown.fields.get("token_expires_at")),
        last_heard=office().accounts.last_heard(shown.id),
        findings=shown.fields.get("health") or (),
        problem=problem,
        bot_own=settings["bot"].value if settings["bot"].stored else "",
        bot_account=Bot(settings["bot"].otherwise),
        bot_modes=MODES,
    )


def _ends_soon(expires: datetime | None) -> bool:
    return expires is not None and expires - now() < timedelta(days=WARN_DAYS)


def known() -> Known:
    """The account that the address names, else the environment's; 404 for a strange one."""
    accounts = office().accounts.all()
    wanted = request.args.get("account") or accounts[0].id
    found = [account for account in accounts if account.id == wanted]
    return found[0] if found else abort(404)


def _typed() -> str:
    return request.form.get("token", "")


def _back(account_id: str) -> Any:
    return redirect(url_for("account.show", account=account_id), 303)


def _record(action: audit.Action, account_id: str) -> None:
    ids, path = services().ids, f"accounts/{account_id}"
    record = audit.entry(ids.new(), now(), operator(), action, path)
    audit.commit(services().documents, record)
