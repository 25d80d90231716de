"""How the operator likes to work: zone, language, keys, sound."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask_babel import gettext, refresh

from admin import present
from admin.access import office, operator
from admin.desk import say
from admin.language import LANGUAGES

blueprint = Blueprint("me", __name__, url_prefix="/me")


@blueprint.get("")
def show() -> Any:
    """The form."""
    return _page()


@blueprint.post("")
def save() -> Any:
    """Store it."""
    zone = request.form.get("zone", "")
    if zone and zone not in present.zones():
        return _page(gettext("There is no such time zone.")), 422
    language = request.form.get("language", "")
    if language and language not in LANGUAGES:
        abort(400)
    keys, sound = "keys" in request.form, "sound" in request.form
    office().access.prefer(operator(), zone=zone, language=language, keys=keys, sound=sound)
    g.operator = replace(operator(), language=language)
    refresh()  # the answer is already in the new language
    say(gettext("Saved."))
    return redirect(url_for("me.show"), 303)


def _page(problem: str = "") -> str:
    zones = sorted(present.zones())
    return render_template(
        "settings/me.html", zones=zones, languages=LANGUAGES, problem=problem, typed=request.form
    )
