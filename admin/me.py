"""How the operator likes to work: zone, keys, sound; and signing out everywhere."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from admin import present
from admin.access import office, operator
from admin.desk import say

blueprint = Blueprint("me", __name__, url_prefix="/me")


@blueprint.get("")
def show() -> Any:
    """The form."""
    return render_template("settings/me.html", zones=sorted(present.zones()), problem="")


@blueprint.post("")
def save() -> Any:
    """Store it."""
    zone = request.form.get("zone", "")
    if zone and zone not in present.zones():
        zones = sorted(present.zones())
        problem = "There is no such time zone."
        return render_template("settings/me.html", zones=zones, problem=problem), 422
    keys, sound = "keys" in request.form, "sound" in request.form
    office().access.prefer(operator(), zone=zone, keys=keys, sound=sound)
    say("Saved.")
    return redirect(url_for("me.show"), 303)
