"""Canned answers: what the team writes again and again."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext

from admin.access import office, operator
from admin.desk import say
from admin.translate import translate
from services.errors import Rejected

blueprint = Blueprint("shelf", __name__, url_prefix="/canned")


@blueprint.get("")
def show() -> Any:
    """All of them, and a form for one more."""
    return _page()


@blueprint.post("")
def keep() -> Any:
    """Add one, or replace the one of that name."""
    try:
        form = request.form
        office().shelf.keep_canned(form.get("name", ""), form.get("text", ""), operator())
    except Rejected as error:
        return _page(translate(error.text)), 422
    say(gettext("The answer is saved."))
    return redirect(url_for("shelf.show"), 303)


@blueprint.post("/remove")
def drop() -> Any:
    """Remove one."""
    office().shelf.drop_canned(request.form.get("name", ""), operator())
    say(gettext("The answer is removed."))
    return redirect(url_for("shelf.show"), 303)


def _page(problem: str = "") -> Any:
    return render_template(
        "settings/canned.html", answers=office().shelf.canned(), problem=problem, typed=request.form
    )
