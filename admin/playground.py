"""The playground: write as a customer would and see what the bot makes of it; nothing is sent."""

import json
from typing import Any

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from flask_babel import gettext

from admin import present, timeline
from admin.access import now, office, operator, services
from admin.desk import say, wants_part
from admin.translate import translate
from services.domain.ids import is_own_id
from services.domain.playground import NOT_SENT, THREAD
from services.errors import Rejected
from services.office.thread import Thread

blueprint = Blueprint("playground", __name__, url_prefix="/playground")

_NOTHING = Thread(THREAD, {}, {}, [], None)
#: Looks that one page takes while an answer is under way, a second apart.
MOST_LOOKS = 120
_UNDER_WAY = ("pending", "processing", "queued", "sending")


@blueprint.get("")
def show() -> Any:
    """The conversation so far, and a line to write on."""
    if wants_part():
        return render_template("playground/_talk.html", **_context())
    return render_template("playground/show.html", **_context())


@blueprint.post("")
def write() -> Any:
    """A customer's message; its turn runs like every other."""
    key = request.form.get("key", "")
    text = request.form.get("text", "")
    try:
        office().playground.write(text, key=key if is_own_id(key) else "")
    except Rejected as error:
        context = _context() | {"typed": text, "problem": translate(error.text)}
        return render_template("playground/show.html", **context), 422
    return redirect(url_for("playground.show"), 303)


@blueprint.post("/hand-back")
def hand_back() -> Any:
    """The bot answers again, after it handed over."""
    office().actions.hand_back(THREAD, operator())
    return redirect(url_for("playground.show"), 303)


@blueprint.post("/reset")
def reset() -> Any:
    """Begin anew."""
    office().playground.reset(operator())
    say(gettext("Everything that was said here is forgotten."))
    return redirect(url_for("playground.show"), 303)


@blueprint.get("/case/<thread_id>/<turn_id>.yaml")
def case(thread_id: str, turn_id: str) -> Any:
    """A turn as an evaluation case, without anything personal: a file for `tests/evals`."""
    if not operator().is_admin:
        abort(403, gettext("Only admins make tests."))
    made = services().exporting.case(thread_id, turn_id)
    answer = make_response(json.dumps([made], indent=2, ensure_ascii=False) + "\n")
    answer.headers["Content-Type"] = "application/yaml; charset=utf-8"
    name = f"turn_{turn_id[:8]}.yaml"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _context() -> dict[str, Any]:
    thread = office().thread.opened(THREAD) or _NOTHING
    looks = request.args.get("look", "0")
    look = int(looks[:4]) if looks.isdecimal() else 0
    under_way = any(m.get("status") in _UNDER_WAY for m in thread.messages)
    account = services().settings.account_id
    return {
        "thread": thread,
        "thread_id": THREAD,
        "bubbles": timeline.lines_of(thread.messages, present.zone(), now()),
        "not_sent": NOT_SENT,
        "waiting": thread.fields.get("owner") == "waiting",
        "look": look + 1 if under_way and look < MOST_LOOKS else 0,
        "under_way": under_way,
        "settings": services().live_settings.account(account).operation,
        "send_key": services().ids.new(),
    }
