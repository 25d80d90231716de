"""What the bot is told: the owner's part, its versions, and the whole as the model gets it."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext

from admin.access import office, operator
from admin.desk import say
from admin.settings import checked, labels, names, require_admin, scopes
from services.domain.text import Text
from services.errors import WrongFields
from services.office.prompt import PARTS, Version, compared, instructions, parts
from services.office.settings import DEFAULT

blueprint = Blueprint("prompt", __name__, url_prefix="/prompt")
blueprint.before_request(require_admin)


@blueprint.get("")
def show() -> Any:
    """The parts as they stand, and every version before."""
    return _page({}, {})


@blueprint.post("")
def change() -> Any:
    """A new version, or what is wrong beside its field."""
    typed = {name: request.form[name] for name in PARTS if name in request.form}
    try:
        changed = office().settings.change(_scope(), typed, operator())
    except WrongFields as error:
        return _page(typed, error.problems), 422
    if changed:
        say(gettext("Saved: it counts from the next turn on."))
    else:
        say(gettext("Nothing new."))
    return redirect(url_for("prompt.show", scope=_scope()), 303)


@blueprint.get("/versions/<version_id>")
def version(version_id: str) -> Any:
    """One version: what it changed, how it differs from today's, and the whole instructions."""
    found, place = _found(version_id)
    older = found[place + 1] if place + 1 < len(found) else None
    words = found[place].words
    return render_template(
        "settings/version.html",
        scope=_scope(),
        version=found[place],
        newest=place == 0,
        parts=parts(),
        labels=labels(),
        words=words,
        changed=_differences(older.words if older else words, words),
        since=_differences(words, found[0].words),
        whole=instructions(words),
    )


@blueprint.post("/versions/<version_id>")
def put_back(version_id: str) -> Any:
    """Let a version count again; that is a version of its own."""
    found, place = _found(version_id)
    changed = office().prompt.put_back(_scope(), found[place], operator())
    if changed:
        say(gettext("Put back: %(names)s.", names=names(changed)))
    else:
        say(gettext("Nothing new."))
    return redirect(url_for("prompt.show", scope=_scope()), 303)


@blueprint.get("/used/<word>")
def used(word: str) -> Any:
    """The very instructions that a turn was given, as its trace names them."""
    found = office().prompt.used(word) if word.isalnum() else None
    if found is None:
        abort(404)
    return render_template("settings/used.html", used=found, word=word)


def _page(typed: Mapping[str, str], problems: Mapping[str, Text]) -> Any:
    found = office().prompt.versions(_scope())
    return render_template(
        "settings/prompt.html",
        scope=_scope(),
        scopes=scopes(),
        parts=parts(),
        labels=labels(),
        words={**found[0].words, **typed},
        problems=problems,
        versions=found,
        whole=instructions(found[0].words),
    )


def _differences(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, Sequence[Any]]:
    """Part → its lines, for each part that differs."""
    differ = [name for name in PARTS if before[name] != after[name]]
    return {name: list(compared(before[name], after[name])) for name in differ}


def _found(version_id: str) -> tuple[Sequence[Version], int]:
    """Every version, and the place of the wanted one; else 404."""
    found = office().prompt.versions(_scope())
    places = [n for n, v in enumerate(found) if v.id == version_id]
    if not places:
        abort(404)
    return found, places[0]


def _scope() -> str:
    return checked(request.args.get("scope", DEFAULT))
