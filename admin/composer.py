"""Writing: replies and private notes, what is tried again, and what fits into one message."""

import re
from typing import Any

from flask import Blueprint, abort, make_response, render_template, request
from flask_babel import gettext, lazy_gettext
from werkzeug.datastructures import FileStorage

from admin import present
from admin.access import office, operator, services
from admin.conversation import pane_context
from admin.desk import back_to, list_context, refused, say, view, wants_part
from admin.translate import translate
from services.domain import files
from services.domain.bubbles import size, split
from services.domain.files import File
from services.domain.ids import account_of, is_own_id
from services.errors import Rejected

blueprint = Blueprint("composer", __name__, url_prefix="/conversations/<thread_id>")

#: What the page says of a file before it is sent, and the answer to one that came all the same.
OTHER_SORT = lazy_gettext(
    "Instagram takes pictures (PNG, JPEG, GIF), sound (AAC, M4A, WAV), MP4, MOV or "
    "WebM video and PDF."
)
TOO_LARGE = lazy_gettext(
    "This file is too large: a picture may have %(picture)s MB, everything else %(other)s MB.",
    picture=files.LARGEST["image"] // 1_000_000,
    other=files.LARGEST["file"] // 1_000_000,
)
NO_FILE = lazy_gettext("A note carries no file.")

_VARIABLE = re.compile(r"\{(name|username|business|operator)\}")


@blueprint.app_context_processor
def of_files() -> dict[str, Any]:
    """What the composer knows of the files that may be sent."""
    words = {"other_sort": OTHER_SORT, "too_large": TOO_LARGE, "no_file": NO_FILE}
    return {"files": {"accept": files.ACCEPT, "largest": dict(files.LARGEST), **words}}


@blueprint.post("/messages")
def send(thread_id: str) -> Any:
    """Send a reply, or keep a note; what is refused keeps what was typed."""
    text, kind = request.form.get("text", ""), request.form.get("kind", "reply")
    key = request.form.get("key", "")
    try:
        if kind == "note":
            _note(thread_id, text)
        else:
            key = key if is_own_id(key) else ""
            office().sending.reply(thread_id, text, operator(), file=_file(), key=key)
    except Rejected as error:
        return _typed_again(thread_id, text, kind, translate(error.text))
    return back_to(thread_id)


@blueprint.post("/messages/<message_id>/retry")
def retry(thread_id: str, message_id: str) -> Any:
    """Try what failed, or what nobody is sure of, once more."""
    office().sending.retry(thread_id, message_id, operator())
    say(gettext("It is in the line again."))
    return back_to(thread_id)


@blueprint.post("/messages/<message_id>/arrived")
def arrived(thread_id: str, message_id: str) -> Any:
    """It did arrive: somebody saw it in the app."""
    office().sending.arrived(thread_id, message_id, operator())
    say(gettext("Marked as sent."))
    return back_to(thread_id)


@blueprint.post("/split")
def preview(thread_id: str) -> Any:  # noqa: ARG001 (the thread is part of the address)
    """How the text will be cut into messages, and how long they are."""
    text = request.form.get("text", "")[:20_000]
    parts = [(part, size(part)) for part in split(text)]
    return render_template("conversation/_split.html", parts=parts)


@blueprint.post("/suggest")
def suggest(thread_id: str) -> Any:
    """A draft of the bot's in the composer; it is the operator's to send, change or drop."""
    draft = office().suggest().draft(thread_id)
    typed = request.form.get("text", "").strip()
    return _typed_again(thread_id, f"{typed}\n\n{draft}" if typed else draft, "reply", "", 200)


@blueprint.app_errorhandler(413)
def too_large(_error: Exception) -> Any:
    """More than any file may have; what the page holds is still there."""
    return refused(Rejected(str(TOO_LARGE)))


@blueprint.get("/canned.json")
def canned(thread_id: str) -> Any:
    """The canned answers, filled in for this person."""
    state = office().thread.state(thread_id)
    if state is None:
        abort(404)
    business = services().live_settings.account(account_of(thread_id)).operation
    name = present.name_of(state[0], state[1], thread_id)
    values = {
        "name": name.split()[0] if name and not name.isdecimal() else "",
        "username": str(state[1].get("username") or ""),
        "business": business.business_name,
        "operator": operator().name,
    }
    return {
        "answers": [
            {"name": a["name"], "text": _VARIABLE.sub(lambda m: values[m[1]], a["text"])}
            for a in office().shelf.canned()
        ]
    }


def _note(thread_id: str, text: str) -> None:
    if _given() is not None:
        raise Rejected(str(NO_FILE))
    office().actions.note(thread_id, text, operator())


def _file() -> File | None:
    """The file that came with the form; `Rejected` where Instagram does not take its like."""
    given = _given()
    if given is None:
        return None
    return of_bytes(given.filename or "", given.mimetype, given.read())


def _given() -> FileStorage | None:
    given = request.files.get("file")
    return given if given is not None and given.filename else None


def of_bytes(name: str, said: str, content: bytes) -> File:
    """The file; `Rejected` where Instagram does not take its like."""
    found = files.read(name, said, content)
    if found is None:
        raise Rejected(str(OTHER_SORT))
    return found


def _typed_again(thread_id: str, text: str, kind: str, problem: str, status: int = 422) -> Any:
    thread = office().thread.opened(thread_id)
    if thread is None:
        abort(404)
    context = pane_context(thread) | {"typed": text, "typed_kind": kind, "problem": problem}
    if wants_part():
        answer = make_response(render_template("conversation/_composer.html", **context), status)
        answer.headers["HX-Retarget"] = "#composer"
        answer.headers["HX-Reswap"] = "outerHTML"
        return answer
    page = render_template("inbox/desk.html", **(list_context(view()) | context))
    return page, status
