"""What the pages of the desk share: the list beside a conversation, and how an act is answered."""

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from markupsafe import escape
from werkzeug.exceptions import HTTPException

from admin import present
from admin.access import now, office, operator
from admin.translate import translate
from admin.words import worded
from services.domain.text import Text
from services.errors import MocaError, Unavailable
from services.office.inbox import TABS, Listed, View

_FAILURES = {
    400: lazy_gettext("This request cannot be read."),
    403: lazy_gettext("This is not allowed."),
    404: lazy_gettext("There is nothing here."),
    405: lazy_gettext("This is not what the address is for."),
    413: lazy_gettext("This is too large."),
    500: lazy_gettext("Something went wrong."),
}


def wants_part() -> bool:
    """Whether htmx asks for a part of the page."""
    return request.headers.get("HX-Request") == "true"


def view() -> View:
    """The list that the URL names."""
    return View.parse(request.args, present.zone())


def list_context(shown: View, listed: Listed | None = None) -> dict[str, Any]:
    """What the list pane needs."""
    desk = office()
    return {
        "view": shown,
        "listed": listed or desk.inbox.listed(shown, operator().id, request.args.get("after")),
        "counts": desk.inbox.counts(operator().id),
        "tabs": {tab: worded(tab, "tab") for tab in TABS},
        "views": desk.shelf.views(operator()),
        "since": now().isoformat(),
        "search": "",
    }


def say(words: str, *, good: bool = True) -> None:
    """Tell the operator something on the next page."""
    flash(words[:300], "good" if good else "bad")


def back_to(thread_id: str, **args: Any) -> Any:
    """Return to the conversation: the whole page for a plain form, else htmx fetches the pane."""
    target = url_for("conversation.show", thread_id=thread_id, **{**view().args, **args})
    return redirect(target, 303)


def refused(error: MocaError) -> Any:
    """An act that cannot be: its reason, where the operator looks."""
    status = 503 if isinstance(error, Unavailable) else 400
    problems: dict[str, Text | str] = getattr(error, "problems", {})
    known = translate(error.text)
    words = gettext("The store cannot be reached now. Try again.") if status == 503 else known
    if request.path.startswith("/api/"):
        fields = {"problems": problems} if problems else {}
        return {"error": words, **fields}, 422 if problems else status
    if wants_part():
        answer = make_response(f'<p class="notice bad" role="alert">{escape(words)}</p>', status)
        answer.headers["HX-Retarget"] = "#notices"
        answer.headers["HX-Reswap"] = "innerHTML"
        return answer
    return render_template("problem.html", words=words), status


def failed(error: HTTPException) -> Any:
    """What is not there, not allowed, or too large: said as everything else is."""
    if error.code is None or error.code < 400:
        return error
    words = error.description or ""
    if words == type(error).description:  # the framework's own, in English
        words = str(_FAILURES.get(error.code, _FAILURES[500]))
    if request.path.startswith("/api/"):
        return {"error": words}, error.code
    return render_template("problem.html", words=words), error.code
