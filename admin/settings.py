"""The operating settings: explained, checked, recorded, undone."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext

from admin.access import office, operator
from admin.desk import say
from admin.translate import translate
from services.domain.ids import is_platform_id
from services.domain.setting import catalogue
from services.domain.text import Text
from services.errors import WrongFields
from services.office.prompt import PARTS
from services.office.settings import DEFAULT

#: Settings that pages of their own say better: the table of hours, what the bot is told.
HOURS = ("hours_weekly", "hours_holidays", "hours_away_text", "time_zone")
_PAGES = ("settings.show", "hours.show", "prompt.show")

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
    return _page(checked(scope), {}, {})


@blueprint.post("/<scope>")
def change(scope: str) -> Any:
    """Store what was typed, or say beside each field what is wrong with it."""
    scope = checked(scope)
    typed = request.form.to_dict()
    for name in request.form.getlist("boolean"):
        typed.setdefault(name, "off")
    try:
        changed = office().settings.change(scope, typed, operator())
    except WrongFields as error:
        return _page(scope, typed, error.problems), 422
    if changed:
        say(gettext("Saved: %(names)s.", names=names(changed)))
    else:
        say(gettext("Nothing new."))
    return redirect(url_for("settings.show", scope=scope), 303)


@blueprint.post("/<scope>/reset")
def reset(scope: str) -> Any:
    """Say nothing of one setting any more."""
    scope, name = checked(scope), request.form.get("name", "")
    if name not in labels():
        abort(404)
    if office().settings.put(scope, {name: None}, operator()):
        say(gettext("Back to what it is by itself: %(names)s.", names=names([name])))
    return redirect(url_for("settings.show", scope=scope, _anchor=f"set-{name}"), 303)


@blueprint.post("/undo/<entry_id>")
def undo(entry_id: str) -> Any:
    """Put back what one change replaced."""
    if not entry_id.isalnum():
        abort(404)
    changed = office().settings.undo(entry_id, operator())
    if changed:
        say(gettext("Put back: %(names)s.", names=names(changed)))
    else:
        say(gettext("Nothing new."))
    back = request.form.get("back", "")
    endpoint = back if back in _PAGES else "settings.show"
    return redirect(url_for(endpoint, scope=request.form.get("scope") or DEFAULT), 303)


def _page(scope: str, typed: dict[str, str], problems: dict[str, Text]) -> Any:
    settings = office().settings
    shown = settings.shown(scope)
    return render_template(
        "settings/settings.html",
        scope=scope,
        scopes=scopes(),
        elsewhere=_elsewhere(scope),
        labels=labels(),
        groups=[(name, list(items)) for name, items in groupby(shown, lambda s: s.setting.group)],
        typed=typed,
        problems=problems,
        changes=settings.changes(scope),
    )


def scopes() -> list[tuple[str, str]]:
    """Whose settings there are: the scope in the address, and what it is called."""
    named = [(a.id, a.called) for a in office().accounts.all()]
    return [(DEFAULT, gettext("All accounts")), *named]


def checked(scope: str) -> str:
    """The scope, if there can be one of that name; else 404."""
    if scope != DEFAULT and not is_platform_id(scope):
        abort(404)
    return scope


def names(changed: Sequence[str]) -> str:
    """What these settings are called."""
    return ", ".join(translate(labels().get(name, name)) for name in changed)


def changes(scope: str, about: Sequence[str]) -> list[dict[str, Any]]:
    """The last changes of these settings."""
    found = office().settings.changes(scope)
    return [c for c in found if set(about) & set(c.get("after") or {})]


def labels() -> dict[str, Text]:
    """What each setting is called."""
    return {setting.name: setting.label for setting in catalogue()}


def _elsewhere(scope: str) -> dict[str, tuple[str, str]]:
    """Settings that another page says better: its address and what it is called."""
    hours, prompt = url_for("hours.show", scope=scope), url_for("prompt.show", scope=scope)
    as_table, as_versions = gettext("Fill in a table"), gettext("With its versions")
    return {
        **dict.fromkeys(HOURS, (hours, as_table)),
        **dict.fromkeys(PARTS, (prompt, as_versions)),
    }
