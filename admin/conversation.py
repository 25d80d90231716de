"""One conversation: its pane, its messages page by page, and what an operator does to it."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, render_template, request
from flask_babel import gettext, lazy_gettext

from admin import present, timeline
from admin.access import now, office, operator, services
from admin.bot import context as bot_context
from admin.bot import edited_draft
from admin.desk import back_to, list_context, say, view, wants_part
from services.domain.ids import account_of
from services.errors import ModelError, Rejected
from services.office.thread import VERDICTS, Thread

blueprint = Blueprint("conversation", __name__, url_prefix="/conversations/<thread_id>")

#: A takeover for a time ends within a week.
MOST_MINUTES = 10_080
#: What "Take over" offers, in minutes; 0: until handed back.
TAKE_OVER = {
    30: lazy_gettext("for 30 minutes"),
    120: lazy_gettext("for 2 hours"),
    0: lazy_gettext("until I hand it back"),
}
#: What "Snooze" offers, in hours.
SNOOZE = {
    1: lazy_gettext("1 hour"),
    4: lazy_gettext("4 hours"),
    24: lazy_gettext("1 day"),
    72: lazy_gettext("3 days"),
    168: lazy_gettext("1 week"),
}


@blueprint.get("")
def show(thread_id: str) -> Any:
    """The conversation beside its list; for htmx the conversation only."""
    thread = office().thread.opened(thread_id)
    if thread is None:
        abort(404)
    context = pane_context(thread)
    if wants_part():
        return render_template("conversation/_swapped.html", **context)
    return render_template("inbox/desk.html", **(list_context(view()) | context))


@blueprint.get("/older")
def older(thread_id: str) -> Any:
    """The page of messages before a cursor."""
    thread = office().thread.opened(thread_id, request.args.get("before"))
    if thread is None:
        abort(404)
    return render_template("conversation/_messages.html", **_messages_context(thread))


@blueprint.get("/newest")
def newest(thread_id: str) -> Any:
    """The last messages as they stand now, and the head of the pane: what a change may touch."""
    desk = office()
    state = desk.thread.state(thread_id)
    if state is None:
        abort(404)
    messages = desk.thread.newest(thread_id, 20)
    thread = Thread(thread_id, state[0], state[1], messages, None)
    return render_template("conversation/_newest.html", **pane_context(thread))


@blueprint.get("/turns/<turn_id>")
def trace(thread_id: str, turn_id: str) -> Any:
    """Why this reply: what the turn did."""
    found = office().thread.trace(thread_id, turn_id)
    if found is None:
        abort(404)
    template = "conversation/_trace.html" if wants_part() else "conversation/trace.html"
    return render_template(template, turn=found, turn_id=turn_id, thread_id=thread_id)


@blueprint.post("/take-over")
def take_over(thread_id: str) -> Any:
    """The bot falls silent."""
    minutes = request.form.get("minutes", "")
    otherwise = services().live_settings.account(account_of(thread_id)).operation
    wanted = int(minutes[:9]) if minutes.isdecimal() else int(otherwise.handoff_minutes)
    office().actions.take_over(thread_id, operator(), min(wanted, MOST_MINUTES) or None)
    say(gettext("The conversation is yours. The bot is silent."))
    return back_to(thread_id)


@blueprint.post("/hand-back")
def hand_back(thread_id: str) -> Any:
    """The bot answers again."""
    office().actions.hand_back(thread_id, operator())
    say(gettext("Handed back: the bot answers the next message."))
    return back_to(thread_id)


@blueprint.post("/close")
def close(thread_id: str) -> Any:
    """Done."""
    office().actions.close(thread_id, operator())
    say(gettext("Closed."))
    return back_to(thread_id)


@blueprint.post("/reopen")
def reopen(thread_id: str) -> Any:
    """Not done after all."""
    office().actions.reopen(thread_id, operator())
    say(gettext("Open again."))
    return back_to(thread_id)


@blueprint.post("/snooze")
def snooze(thread_id: str) -> Any:
    """Out of the way for some hours, or until an instant."""
    office().actions.snooze(thread_id, _until(request.form), operator())
    say(gettext("Snoozed."))
    return back_to(thread_id)


@blueprint.get("/assign")
def colleagues(thread_id: str) -> Any:
    """Whom it can be assigned to: read when asked, so that a conversation costs no more."""
    team = [o for o in office().access.team() if o.active]
    part = "conversation/_assign.html" if wants_part() else "conversation/assign.html"
    return render_template(part, thread_id=thread_id, team=team, view=view())


@blueprint.post("/assign")
def assign(thread_id: str) -> Any:
    """Whose it is."""
    wanted = request.form.get("to", "")
    team = {o.id: o for o in office().access.team() if o.active}
    if wanted and wanted not in team:
        raise Rejected(gettext("There is no such operator."))
    office().actions.assign(thread_id, team.get(wanted), operator())
    if wanted:
        say(gettext("Assigned to %(name)s.", name=team[wanted].name))
    else:
        say(gettext("Nobody's now."))
    return back_to(thread_id)


@blueprint.post("/labels")
def label(thread_id: str) -> Any:
    """Put a label on, or take one off."""
    on = "remove" not in request.form
    word = request.form.get("label") or request.form.get("remove") or ""
    office().actions.label(thread_id, word, operator(), on=on)
    return back_to(thread_id)


@blueprint.post("/seen")
def seen(thread_id: str) -> Any:
    """The messages so far were on an operator's screen, in a tab that was looked at."""
    seq = request.form.get("seq", "")
    if seq.isdecimal():
        office().actions.seen(thread_id, int(seq[:9]))
    return "", 204


@blueprint.post("/messages/<message_id>/describe")
def describe(thread_id: str, message_id: str) -> Any:
    """Put a picture or voice note into words that no turn has read; it is stored with it."""
    try:
        services().describing.describe(thread_id, message_id)
    except ModelError as error:
        told = gettext("The model could not describe it now.")
        raise Rejected(f"{told} {error}") from error
    return back_to(thread_id)


@blueprint.post("/messages/<message_id>/feedback")
def feedback(thread_id: str, message_id: str) -> Any:
    """Thumbs up or down on a reply of the bot's."""
    verdict = request.form.get("verdict", "")
    if verdict not in VERDICTS:
        raise Rejected(gettext("Thumbs up or down."))
    comment = request.form.get("comment", "").strip()[:1000]
    if not office().thread.rate(thread_id, message_id, verdict, comment, operator()):
        raise Rejected(gettext("There is no such reply."))
    say(gettext("Thank you: it is counted on the dashboard."))
    return back_to(thread_id)


def pane_context(thread: Thread) -> dict[str, Any]:
    """What the conversation pane and the details beside it need."""
    settings = services().live_settings.account(account_of(thread.id)).operation
    return {
        **_messages_context(thread),
        "thread": thread,
        "contact": thread.contact,
        "conversation": thread.fields,
        "reach": present.window(thread.fields, now()),
        "badge": present.owner_badge(thread.fields, now()),
        "take_over_choices": TAKE_OVER,
        "snooze_choices": SNOOZE,
        "handoff_minutes": int(settings.handoff_minutes),
        "business_name": settings.business_name,
        "view": view(),
        "send_key": services().ids.new(),
        **bot_context(thread.fields, settings.bot),
        "typed": edited_draft(thread.fields),
    }


def _messages_context(thread: Thread) -> dict[str, Any]:
    return {
        "thread": thread,
        "thread_id": thread.id,
        "bubbles": timeline.lines_of(thread.messages, present.zone(), now()),
        "older": thread.older,
    }


def _until(form: Any) -> datetime:
    hours = form.get("hours", "")
    if hours.isdecimal() and int(hours[:4]) > 0:
        return now() + timedelta(hours=int(hours[:4]))
    try:
        wanted = datetime.fromisoformat(form.get("until", ""))
    except ValueError:
        raise Rejected(gettext("Say until when: a date and a time.")) from None
    if wanted.tzinfo is None:
        wanted = wanted.replace(tzinfo=ZoneInfo(present.zone()))
    if not now() < wanted < now() + timedelta(days=366):
        raise Rejected(gettext("That instant is not within the next year."))
    return wanted
