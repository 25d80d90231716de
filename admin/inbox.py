"""The list of conversations, newest first, and one conversation's messages."""

from typing import Any

from flask import Blueprint, abort, render_template

from admin.access import services
from services.domain.documents import Query
from services.domain.ids import split_thread_id

blueprint = Blueprint("inbox", __name__)

#: Rows on a page.
PAGE = 50


@blueprint.get("/")
def conversations() -> Any:
    """The conversations that changed last."""
    found = services().documents.query(
        Query("conversations", order=[("updated_at", "DESCENDING")], limit=PAGE)
    )
    rows = [{"id": s.id, **(s.fields or {})} for s in found]
    return render_template("conversations.html", rows=rows)


@blueprint.get("/conversations/<thread_id>")
def conversation(thread_id: str) -> Any:
    """One conversation's newest messages, oldest first."""
    if split_thread_id(thread_id) is None:
        abort(404)
    found = services().documents.query(
        Query(
            f"conversations/{thread_id}/messages",
            order=[("created_at", "DESCENDING")],
            limit=PAGE,
        )
    )
    messages = [s.fields or {} for s in reversed(found)]
    return render_template("conversation.html", thread_id=thread_id, messages=messages)
