"""The line of outgoing messages, what went wrong, what the agent did, and who changed what."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for

from admin.access import office, operator
from admin.desk import say
from services.domain.ids import split_thread_id
from services.office_operate import LINES

blueprint = Blueprint("operate", __name__, url_prefix="/operate")


@blueprint.get("/queue")
@blueprint.get("/queue/<which>")
def queue(which: str = "waiting") -> Any:
    """Outgoing messages of all conversations: waiting, not confirmed, or failed."""
    if which not in LINES:
        abort(404)
    found = office().operate.line(which, request.args.get("after"))
    return render_template("operate/queue.html", which=which, found=found)


@blueprint.post("/queue/<thread_id>/<message_id>/retry")
def retry(thread_id: str, message_id: str) -> Any:
    """Put one into its line again."""
    if split_thread_id(thread_id) is None:
        abort(404)
    office().sending.retry(thread_id, message_id, operator())
    say("It is in the line again.")
    return redirect(url_for("operate.queue", which="failed"), 303)


@blueprint.get("/events")
def events() -> Any:
    """Events that no rule knew, and messages that were given up."""
    operate = office().operate
    which = "failed" if request.args.get("which") == "failed" else "unhandled"
    cursor = request.args.get("after")
    found = operate.failed(cursor) if which == "failed" else operate.unhandled(cursor)
    return render_template("operate/events.html", which=which, found=found)


@blueprint.post("/events/<thread_id>/<message_id>/again")
def again(thread_id: str, message_id: str) -> Any:
    """Give a message that was given up to the bot again."""
    if split_thread_id(thread_id) is None:
        abort(404)
    office().again.answer(thread_id, message_id, operator())
    say("The bot looks at it again.")
    return redirect(url_for("operate.events", which="failed"), 303)


@blueprint.get("/turns")
def turns() -> Any:
    """What the agent did."""
    found = office().operate.turns(request.args.get("after"))
    return render_template("operate/turns.html", found=found)


@blueprint.get("/audit")
def audit() -> Any:
    """Who changed what."""
    found = office().operate.audit(request.args.get("after"))
    return render_template("operate/audit.html", found=found)
