"""The list: tabs, filters, saved views, search, and acts on several conversations at once."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from admin.access import office, operator
from admin.desk import list_context, say, view, wants_part
from admin.steps import first_steps
from admin.translate import translate
from services.domain.ids import split_thread_id
from services.domain.text import Text
from services.errors import Rejected
from services.office.inbox import Listed, View

blueprint = Blueprint("inbox", __name__)

#: Conversations that one act changes.
MOST_AT_ONCE = 50


@blueprint.get("/")
def conversations() -> Any:
    """The list; where somebody waits for a person it opens with them, else with all."""
    shown = view()
    if "tab" not in request.args and not shown.filtered:
        context = list_context(shown)
        if not context["counts"]["needs"]:
            shown = View(tab="all")
            context = list_context(shown) | {"counts": context["counts"]}
    else:
        context = list_context(shown)
    if wants_part():
        part = "inbox/_rows.html" if request.args.get("after") else "inbox/_list.html"
        return render_template(part, **context)
    return render_template("inbox/desk.html", steps=first_steps(context["counts"]), **context)


@blueprint.get("/rows")
def rows() -> Any:
    """These conversations as they stand, for the live list; only those that the view shows."""
    ids = [t for t in request.args.get("ids", "").split(",") if split_thread_id(t)][:20]
    found = office().inbox.rows(ids)
    shown = view()
    fitting = [row for row in found if shown.shows(row.fields, operator().id)]
    context = {"view": shown, "listed": Listed(fitting, None)}
    counts = office().inbox.counts(operator().id)
    return render_template("inbox/_live.html", counts=counts, **context)


@blueprint.get("/search")
def search() -> Any:
    """People by the beginning of name or handle, and messages by their words; else the list."""
    text, shown = request.args.get("q", "").strip()[:200], view()
    if not text and wants_part():
        return render_template("inbox/_body.html", **list_context(shown))
    if not text:
        return redirect(url_for("inbox.conversations", **shown.args))
    inbox = office().inbox
    people = inbox.people(text)
    texts = inbox.texts(text)
    context = {"search": text, "people": people, "texts": texts, "view": shown}
    if wants_part():
        return render_template("inbox/_found.html", **context)
    listed = Listed([], None)
    return render_template("inbox/desk.html", **list_context(shown, listed) | context)


@blueprint.post("/views")
def save_view() -> Any:
    """Keep the filters of the list under a name."""
    shown = View.parse(request.form)
    office().shelf.keep_view(request.form.get("name", ""), urlencode(shown.args), operator())
    say(gettext("The view is saved."))
    return redirect(url_for("inbox.conversations", **shown.args), 303)


@blueprint.post("/views/remove")
def drop_view() -> Any:
    """Forget a saved view."""
    office().shelf.drop_view(request.form.get("name", ""), operator())
    return redirect(url_for("inbox.conversations"), 303)


@blueprint.post("/several")
def several() -> Any:
    """Close, label, take or hand back the conversations that were ticked."""
    ids = [t for t in request.form.getlist("thread") if split_thread_id(t)]
    done, refused = carry_out(request.form.get("act", ""), ids, request.form.get("label", ""))
    words = [ngettext("Done for %(num)s conversation.", "Done for %(num)s conversations.", done)]
    for reason, times in Counter(refused.values()).items():
        words.append(gettext("Not for %(num)s: %(why)s", num=times, why=translate(reason)))
    say(" ".join(words), good=not refused)
    return redirect(url_for("inbox.conversations", **View.parse(request.form).args), 303)


def carry_out(act: str, ids: Sequence[str], label: str) -> tuple[int, dict[str, Text]]:
    """Do one thing to each of them: for how many it was done, and why it was not for the others.

    Raises `Rejected` before the first, and `Unavailable` at any: doing it again is harmless.
    """
    each = _act(act, label)
    chosen = list(dict.fromkeys(ids))
    if not chosen:
        raise Rejected(gettext("Tick at least one conversation."))
    if len(chosen) > MOST_AT_ONCE:
        raise Rejected(gettext("At most %(most)s conversations at once.", most=MOST_AT_ONCE))
    refused: dict[str, Text] = {}
    for thread_id in chosen:
        try:
            each(thread_id)
        except Rejected as error:  # deleted since the list was shown, or full of labels
            refused[thread_id] = error.text
    return len(chosen) - len(refused), refused


def _act(act: str, label: str) -> Callable[[str], None]:
    actions, by = office().actions, operator()
    if act == "label" and not label.strip():
        raise Rejected(gettext("A label needs at least one character."))
    acts: dict[str, Callable[[str], None]] = {
        "close": lambda thread_id: actions.close(thread_id, by),
        "hand_back": lambda thread_id: actions.hand_back(thread_id, by),
        "assign": lambda thread_id: actions.assign(thread_id, by, by),
        "label": lambda thread_id: actions.label(thread_id, label, by, on=True),
    }
    if act not in acts:
        raise Rejected(gettext("Choose what is to be done."))
    return acts[act]
