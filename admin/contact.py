"""The person: what the team knows of them, and whether the bot may write."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from flask_babel import gettext

from admin.access import office, operator, record, services
from admin.conversation import pane_context
from admin.desk import back_to, list_context, say, view, wants_part
from admin.words import worded
from services.domain import paths
from services.domain.text import Text
from services.errors import Rejected, WrongFields

blueprint = Blueprint("contact", __name__, url_prefix="/contacts/<thread_id>")


@blueprint.app_template_global()
def boundary_words(boundary: Mapping[str, Any]) -> str:
    """One change of hands or of state in words."""
    what, reason = str(boundary.get("what")), str(boundary.get("reason") or "")
    if what == "waiting":
        why = worded(reason, "handoff")
        return gettext("Waits for a person: %(why)s", why=why) if why else gettext("Waits")
    return {
        ("bot", "time_over"): gettext("Back to the bot: the person's time was over"),
        ("human", "instagram_app"): gettext("Somebody wrote in the Instagram app"),
        ("reopened", "message"): gettext("Reopened by a new message"),
    }.get((what, reason)) or {
        "bot": gettext("Handed back to the bot"),
        "human": gettext("Taken over"),
        "closed": worded("closed", "status").capitalize(),
        "reopened": gettext("Reopened"),
    }.get(what, what)


@blueprint.post("")
def save(thread_id: str) -> Any:
    """Store the fields; what is wrong is said beside its field and keeps what was typed."""
    try:
        office().contact.save(thread_id, request.form, operator())
    except WrongFields as error:
        return _typed_again(thread_id, error.problems)
    say(gettext("Saved."))
    return back_to(thread_id)


@blueprint.post("/opt")
def opt(thread_id: str) -> Any:
    """No answers from the bot any more, or again."""
    out = request.form.get("out") == "1"
    office().contact.opt(thread_id, operator(), out=out)
    if out:
        say(gettext("The bot does not write to this person any more."))
    else:
        say(gettext("The bot may write again."))
    return back_to(thread_id)


@blueprint.post("/unlink")
def unlink(thread_id: str) -> Any:
    """The person is no longer connected to an account of the business."""
    office().contact.unlink(thread_id, operator())
    say(gettext("Not connected any more."))
    return back_to(thread_id)


@blueprint.get("/export.json")
def export(thread_id: str) -> Any:
    """Everything that is stored about the person, as a file."""
    _require_admin()
    answer = make_response(export_person(thread_id))
    answer.headers["Content-Disposition"] = f'attachment; filename="contact-{thread_id}.json"'
    return answer


@blueprint.post("/delete")
def delete(thread_id: str) -> Any:
    """Delete the person with all messages, once their number was typed to confirm it."""
    _require_admin()
    code = delete_person(thread_id, request.form.get("confirm", ""))
    say(gettext("Deleted. The confirmation code is %(code)s.", code=code))
    return redirect(url_for("inbox.conversations"), 303)


def _require_admin() -> None:
    if not operator().is_admin:
        abort(403, gettext("Only admins export or delete people."))


def export_person(thread_id: str) -> dict[str, Any]:
    """Everything that is stored about them; who took it is recorded."""
    exported = services().exports.contact(thread_id)
    record("contact_exported", paths.contact(thread_id))
    return exported


def delete_person(thread_id: str, confirm: str) -> str:
    """Delete them where `confirm` is their number; the code by which the deletion is known."""
    if confirm.strip() != thread_id.partition("_")[2]:
        told = gettext("Nothing was deleted: type the person's number exactly as it is shown.")
        raise Rejected(told)
    code = services().deletions.request(thread_id, "back_office")
    record("contact_deleted", paths.deletion(code))
    return code


def _typed_again(thread_id: str, problems: dict[str, Text]) -> Any:
    thread = office().thread.opened(thread_id)
    if thread is None:
        abort(404)
    context = pane_context(thread) | {"problems": problems, "typed_fields": request.form}
    if wants_part():
        return make_response(render_template("conversation/_pane.html", **context), 422)
    return render_template("inbox/desk.html", **(list_context(view()) | context)), 422
