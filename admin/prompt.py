"""What the bot is told: the owner's part, its versions, and the whole as the model gets it."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext

from admin.access import office, operator
from admin.desk import say
from admin.settings import checked, labels, names, require_admin, scopes
from services.office_prompt import PARTS, Version, compared, parts
from services.office_settings import DEFAULT, WrongSettings

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
    except WrongSettings as error:
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
    prompt, scope = office().prompt, _scope()
    older = found[place + 1] if place + 1 < len(found) else None
    words = [prompt.words(scope, v) for v in (found[place], found[0])]
    before = prompt.words(scope, older) if older else words[0]
    return render_template(
        "settings/version.html",
        scope=scope,
        version=found[place],
        newest=place == 0,
        parts=parts(),
        labels=labels(),
        words=words[0],
        changed=_differences(before, words[0]),
        since=_differences(words[0], words[1]),
        whole=prompt.whole(scope, found[place]),
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


def _page(typed: Mapping[str, str], problems: Mapping[str, str]) -> Any:
    prompt, scope = office().prompt, _scope()
    found = prompt.versions(scope)
    words = {**prompt.words(scope, found[0]), **typed}
    return render_template(
        "settings/prompt.html",
        scope=scope,
        scopes=scopes(),
        parts=parts(),
        labels=labels(),
        words=words,
        problems=problems,
        versions=found,
        whole=prompt.whole(scope, found[0]),
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
