"""The person: what the team knows of them, and whether the bot may write."""

from typing import Any

from flask import Blueprint, abort, make_response, render_template, request

from admin.access import office, operator
from admin.conversation import pane_context
from admin.desk import back_to, list_context, say, view, wants_part
from services.domain.ids import split_thread_id
from services.office_contact import WrongFields

blueprint = Blueprint("contact", __name__, url_prefix="/contacts/<thread_id>")


@blueprint.before_request
def require_thread_id() -> None:
    """404 for what cannot be a person's thread."""
    if split_thread_id(str((request.view_args or {}).get("thread_id", ""))) is None:
        abort(404)


@blueprint.post("")
def save(thread_id: str) -> Any:
    """Store the fields; what is wrong is said beside its field and keeps what was typed."""
    try:
        office().contact.save(thread_id, request.form, operator())
    except WrongFields as error:
        return _typed_again(thread_id, error.problems)
    say("Saved.")
    return back_to(thread_id)


@blueprint.post("/opt")
def opt(thread_id: str) -> Any:
    """No answers from the bot any more, or again."""
    out = request.form.get("out") == "1"
    office().contact.opt(thread_id, operator(), out=out)
    say("The bot does not write to this person any more." if out else "The bot may write again.")
    return back_to(thread_id)


def _typed_again(thread_id: str, problems: dict[str, str]) -> Any:
    thread = office().thread.opened(thread_id)
    if thread is None:
        abort(404)
    context = pane_context(thread) | {"problems": problems, "typed_fields": request.form}
    if wants_part():
        return make_response(render_template("conversation/_pane.html", **context), 422)
    return render_template("inbox/desk.html", **(list_context(view()) | context)), 422
