"""The operating settings: explained, checked, recorded, undone."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext

from admin.access import office, operator, services
from admin.desk import say
from admin.said import said
from services.domain.ids import is_platform_id
from services.domain.setting import catalogue
from services.office_settings import DEFAULT, WrongSettings

blueprint = Blueprint("settings", __name__, url_prefix="/settings")


@blueprint.before_request
def require_admin() -> None:
    """Agents answer; admins configure."""
    if not operator().is_admin:
        abort(403, gettext("Settings are for admins."))


@blueprint.get("")
@blueprint.get("/<scope>")
def show(scope: str = DEFAULT) -> Any:
    """Every setting of a scope, and who changed what."""
    return _page(_checked(scope), {}, {})


@blueprint.post("/<scope>")
def change(scope: str) -> Any:
    """Store what was typed, or say beside each field what is wrong with it."""
    scope = _checked(scope)
    typed = request.form.to_dict()
    for name in request.form.getlist("boolean"):
        typed.setdefault(name, "off")
    try:
        changed = office().settings.change(scope, typed, operator())
    except WrongSettings as error:
        return _page(scope, typed, error.problems), 422
    if changed:
        say(gettext("Saved: %(names)s.", names=_names(changed)))
    else:
        say(gettext("Nothing new."))
    return redirect(url_for("settings.show", scope=scope), 303)


@blueprint.post("/undo/<entry_id>")
def undo(entry_id: str) -> Any:
    """Put back what one change replaced."""
    if not entry_id.isalnum():
        abort(404)
    changed = office().settings.undo(entry_id, operator())
    say(gettext("Put back: %(names)s.", names=_names(changed)))
    return redirect(url_for("settings.show", scope=request.form.get("scope") or DEFAULT), 303)


def _page(scope: str, typed: dict[str, str], problems: dict[str, str]) -> Any:
    settings = office().settings
    shown = settings.shown(scope)
    return render_template(
        "settings/settings.html",
        scope=scope,
        account_id=services().settings.account_id,
        groups=[(name, list(items)) for name, items in groupby(shown, lambda s: s.setting.group)],
        typed=typed,
        problems=problems,
        changes=settings.changes(scope),
    )


def _checked(scope: str) -> str:
    if scope != DEFAULT and not is_platform_id(scope):
        abort(404)
    return scope


def _names(changed: Sequence[str]) -> str:
    labels = {setting.name: setting.label for setting in catalogue()}
    return ", ".join(said(labels.get(name, name)) for name in changed)
