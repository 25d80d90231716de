"""What the bot answers from: rules, and what the business has written down."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext

from admin.access import office, operator
from admin.account import known
from admin.desk import say
from admin.translate import translate
from services.errors import Rejected
from services.office.answers import ACTIONS, KINDS

blueprint = Blueprint("answers", __name__, url_prefix="/answers")


@blueprint.before_request
def require_admin() -> None:
    """Agents answer; admins configure."""
    if not operator().is_admin:
        abort(403, gettext("Rules and knowledge are for admins."))


@blueprint.get("/rules")
def rules() -> Any:
    """All rules, and a form for one more."""
    return _rules()


@blueprint.post("/rules")
def save_rule() -> Any:
    """Add a rule."""
    try:
        office().answers.save_rule(request.form, operator())
    except Rejected as error:
        return _rules(translate(error.text)), 422
    say(gettext("The rule is saved; it counts within half a minute."))
    return redirect(url_for("answers.rules"), 303)


@blueprint.post("/rules/remove")
def drop_rule() -> Any:
    """Remove one."""
    office().answers.drop_rule(_id(), operator())
    say(gettext("The rule is removed."))
    return redirect(url_for("answers.rules"), 303)


@blueprint.get("/knowledge")
def knowledge() -> Any:
    """What is written down for one account, and a form for more."""
    return _knowledge()


@blueprint.post("/knowledge")
def save_entry() -> Any:
    """Write something down."""
    account_id = known().id
    title, text = request.form.get("title", ""), request.form.get("text", "")
    try:
        office().answers.save_entry(account_id, title, text, operator())
    except Rejected as error:
        return _knowledge(translate(error.text)), 422
    say(gettext("Written down: the bot finds it from the next turn on."))
    return redirect(url_for("answers.knowledge", account=account_id), 303)


@blueprint.post("/knowledge/remove")
def drop_entry() -> Any:
    """Forget one."""
    account_id = known().id
    office().answers.drop_entry(_id(), operator())
    say(gettext("Forgotten."))
    return redirect(url_for("answers.knowledge", account=account_id), 303)


def _rules(problem: str = "") -> str:
    return render_template(
        "settings/rules.html",
        rules=office().answers.rules(),
        kinds=KINDS,
        actions=ACTIONS,
        problem=problem,
        typed=request.form,
    )


def _knowledge(problem: str = "") -> str:
    account_id = known().id
    return render_template(
        "settings/knowledge.html",
        account_id=account_id,
        accounts=office().accounts.all(),
        entries=office().answers.entries(account_id),
        problem=problem,
        typed=request.form,
    )


def _id() -> str:
    found = request.form.get("id", "")
    if not found.replace("-", "").replace("_", "").isalnum():
        abort(404)
    return found
