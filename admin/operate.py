"""The line of outgoing messages, what went wrong, what the agent did, and who changed what."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext, ngettext

from admin.access import office, operator
from admin.account import ours, say_resumed
from admin.desk import say
from services.accounts.service import ADVICE
from services.domain.account import Account
from services.domain.ids import is_own_id
from services.office.operate import LINES
from services.store.paging import PAGE

#: Why a message was given up, by the error's name.
TROUBLE = {
    "ModelBusy": lazy_gettext("the model did not answer in time"),
    "ModelError": lazy_gettext("the model gave no usable answer"),
    "ModelRefused": lazy_gettext("the model refused the request"),
    "store or queue unreachable": lazy_gettext("a service could not be reached"),
    "tried too often": lazy_gettext("it was tried too often"),
}

blueprint = Blueprint("operate", __name__, url_prefix="/operate")

#: Why an event was kept, in words.
UNHANDLED = {
    "unknown_object": lazy_gettext("Not from Instagram's messaging"),
    "unknown_entry": lazy_gettext("An entry of an unknown shape"),
    "unknown_change": lazy_gettext("A change of an unknown shape"),
    "not_a_message": lazy_gettext("A webhook field that is not about messages"),
    "unknown_event": lazy_gettext("An event of an unknown kind"),
    "unknown_account": lazy_gettext("For an account that is not connected here"),
    "foreign_app": lazy_gettext("Signed by another app than the account's"),
    "echo_of_nobody": lazy_gettext("An echo from somebody who is not the account"),
    "edit_of_nobody": lazy_gettext("An edit that names nobody"),
    "bad_ids": lazy_gettext("Sender or recipient is not a number"),
    "no_mid": lazy_gettext("Without a message's id"),
}


@blueprint.get("/queue")
@blueprint.get("/queue/<which>")
def queue(which: str = "waiting") -> Any:
    """Outgoing messages of all conversations: waiting, not confirmed, or failed."""
    if which not in LINES:
        abort(404)
    found = office().operate.line(which, request.args.get("after"))
    accounts = [Account.from_doc(known.id, known.fields) for known in office().accounts.all()]
    return render_template(
        "operate/queue.html", which=which, found=found, accounts=accounts, advice=ADVICE
    )


@blueprint.post("/accounts/<account_id>/<act>")
def switch(account_id: str, act: str) -> Any:
    """Hold everything back that an account sends, or let it go."""
    if not operator().is_admin:
        abort(403, gettext("Only admins pause and resume sending."))
    account = ours(account_id)
    if act == "pause":
        office().accounts.pause(account.id, operator())
        say(gettext("Paused: nothing goes out until you resume."))
    elif act == "resume":
        say_resumed(office().accounts.resume(account.id, operator()))
    else:
        abort(404)
    return redirect(url_for("operate.queue"), 303)


@blueprint.post("/queue/<thread_id>/<message_id>/retry")
def retry(thread_id: str, message_id: str) -> Any:
    """Put one into its line again."""
    office().sending.retry(thread_id, message_id, operator())
    say(gettext("It is in the line again."))
    return redirect(url_for("operate.queue", which="failed"), 303)


@blueprint.post("/queue/<thread_id>/<message_id>/arrived")
def arrived(thread_id: str, message_id: str) -> Any:
    """It did arrive: somebody saw it in the app."""
    office().sending.arrived(thread_id, message_id, operator())
    say(gettext("Marked as sent."))
    return redirect(url_for("operate.queue", which="failed"), 303)


@blueprint.get("/events")
def events() -> Any:
    """Events that no rule knew, and messages that were given up."""
    operate = office().operate
    which = "failed" if request.args.get("which") == "failed" else "unhandled"
    cursor = request.args.get("after")
    found = operate.failed(cursor) if which == "failed" else operate.unhandled(cursor)
    return render_template(
        "operate/events.html", which=which, found=found, why=UNHANDLED, trouble=TROUBLE
    )


@blueprint.post("/events/replay")
def replay_page() -> Any:
    """Give every event of the page to the ingest once more, the oldest first."""
    if not operator().is_admin:
        abort(403, gettext("Only admins replay events."))
    ids = [i for i in request.form.getlist("event") if is_own_id(i)][:PAGE]
    done = office().replay.replay_all(ids[::-1], operator())
    kept = ngettext(
        "%(num)s event is still not understood and is kept.",
        "%(num)s events are still not understood and are kept.",
        done.unhandled,
    )
    replayed = ngettext("%(num)s event replayed.", "%(num)s events replayed.", len(ids))
    say(f"{replayed} {kept}" if done.unhandled else replayed, good=not done.unhandled)
    return redirect(url_for("operate.events"), 303)


@blueprint.post("/events/<event_id>/replay")
def replay(event_id: str) -> Any:
    """Give an event that no rule knew to the ingest once more."""
    if not operator().is_admin:
        abort(403, gettext("Only admins replay events."))
    done = office().replay.replay(event_id, operator())
    if done.unhandled:
        say(gettext("Still not understood: it is kept."), good=False)
    elif done.stored:
        say(gettext("Replayed: it is stored now, and answered if it can be."))
    else:
        say(gettext("Replayed: everything that it says was stored already."))
    return redirect(url_for("operate.events"), 303)


@blueprint.post("/events/<thread_id>/<message_id>/again")
def again(thread_id: str, message_id: str) -> Any:
    """Give a message that was given up to the bot again."""
    office().again.answer(thread_id, message_id, operator())
    say(gettext("The bot looks at it again."))
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
