"""The Instagram accounts: state, token, health, the bot, and the switch that holds all back."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from admin.access import now, office, operator
from admin.bot import MODES
from admin.desk import say
from admin.translate import translate
from services.accounts.service import ADVICE
from services.domain.account import Account
from services.domain.bot import Bot
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
    office().accounts.pause(account.id, operator())
    say(gettext("Paused: nothing goes out until you resume."))
    return _back(account.id)


@blueprint.post("/resume")
def resume() -> Any:
    """What waits goes out."""
    account = known()
    say_resumed(office().accounts.resume(account.id, operator()))
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
    office().accounts.note_human_agent(account.id, operator(), granted=granted)
    return _back(account.id)


@blueprint.post("/self-test")
def self_test() -> Any:
    """Every check of the connection, with what to do where one fails."""
    account = known()
    office().accounts.self_test(account.id, operator())
    return _back(account.id)


@blueprint.post("/token")
def token() -> Any:
    """A new token after a log-in: checked with Instagram, stored as a secret, never shown."""
    account = known()
    try:
        connected = office().accounts.replace_token(account.id, _typed(), operator())
    except (Rejected, Unavailable) as error:
        return _page(account, problem=translate(error.text)), 422
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
        connected = office().accounts.add(_typed(), operator())
    except (Rejected, Unavailable) as error:
        problem = translate(error.text)
        return render_template("settings/account_new.html", problem=problem), 422
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
    return ours(request.args.get("account", ""))


def ours(account_id: str) -> Known:
    """The account of that number; 404 for another's."""
    try:
        return office().accounts.named(account_id)
    except Rejected:
        abort(404)


def say_resumed(conversations: int) -> None:
    """Tell the operator what resuming has set going."""
    say(
        ngettext(
            "Resumed: %(num)s waiting conversation set going.",
            "Resumed: %(num)s waiting conversations set going.",
            conversations,
        )
    )


def _typed() -> str:
    return request.form.get("token", "")


def _back(account_id: str) -> Any:
    return redirect(url_for("account.show", account=account_id), 303)
