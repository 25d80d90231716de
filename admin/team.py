"""The operators: who may enter, with which role."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext

from admin.access import office, operator
from admin.desk import say
from admin.translate import translate
from services.errors import Rejected
from services.office.access import ROLES

blueprint = Blueprint("team", __name__, url_prefix="/team")


@blueprint.before_request
def require_admin() -> None:
    """Agents answer; admins configure."""
    if not operator().is_admin:
        abort(403, gettext("The team is for admins."))


@blueprint.get("")
def show() -> Any:
    """Everybody, and a form for one more."""
    return _page()


@blueprint.post("")
def add() -> Any:
    """A new operator; the token is shown on this one page and never again."""
    name, role = " ".join(request.form.get("name", "").split()), request.form.get("role", "")
    if not name or len(name) > 60:
        return _page(problem=gettext("A name has 1 to 60 characters.")), 422
    if role not in ROLES:
        return _page(problem=gettext("Choose a role.")), 422
    token = office().access.add(name, role, operator())
    return _page(token=token, added=name)


@blueprint.post("/email")
def name_email() -> Any:
    """By which e-mail the Identity-Aware Proxy knows the operator."""
    operator_id, email = request.form.get("id", ""), request.form.get("email", "")
    try:
        office().access.name_email(operator_id, email, operator())
    except Rejected as error:
        return _page(problem=translate(error.text)), 422
    say(gettext("Saved."))
    return redirect(url_for("team.show"), 303)


@blueprint.post("/dismiss")
def dismiss() -> Any:
    """The operator's token and sessions end now."""
    office().access.dismiss(request.form.get("id", ""), operator())
    say(gettext("Their token and sessions have ended."))
    return redirect(url_for("team.show"), 303)


def _page(problem: str = "", token: str = "", added: str = "") -> str:
    return render_template(
        "settings/team.html",
        team=office().access.team(),
        problem=problem,
        token=token,
        added=added,
        typed=request.form,
        by_proxy=office().proxy is not None,
    )
