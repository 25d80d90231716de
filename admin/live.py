"""The live feed: server-sent events of what changed, and who else is there."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, request

from admin import present
from admin.access import now, office, operator
from services.domain.ids import split_thread_id
from services.domain.instants import maybe_from_ms
from services.errors import Unavailable
from services.office.access import Operator
from services.office.live import LOOK_SECONDS, Change

blueprint = Blueprint("live", __name__)

#: How far back a page may ask: one that slept longer loads anew.
LONGEST_GAP = timedelta(minutes=10)
_RELOAD = "event: reload\ndata: {}\n\n"


@blueprint.get("/live")
def stream() -> Any:
    """Events until the stream ends by itself; the browser asks again with the last id."""
    since = _instant(request.headers.get("last-event-id") or request.args.get("since"))
    thread_id = request.args.get("thread", "")
    thread_id = thread_id if split_thread_id(thread_id) else ""
    late = since is None or now() - since > LONGEST_GAP
    feed = office().live
    begin = feed.newest() if late or since is None else since
    by = operator()
    lines = _lines(feed.watch(begin, thread_id, by), by, reload=late)
    headers = {"X-Accel-Buffering": "no"}
    return Response(lines, mimetype="text/event-stream", headers=headers)


@blueprint.post("/live/here")
def here() -> Any:
    """An operator has a conversation open, in a tab that is looked at."""
    thread_id = request.form.get("thread", "")
    if split_thread_id(thread_id):
        office().live.come(thread_id, operator(), typing=request.form.get("typing") == "1")
    return "", 204


def _lines(changes: Iterator[Change | None], by: Operator, *, reload: bool) -> Iterator[str]:
    yield f"retry: {int(LOOK_SECONDS * 1000)}\n\n"
    if reload:
        yield _RELOAD
    try:
        for change in changes:
            yield _event(change, by) if change is not None else ": nothing new\n\n"
            if change is not None and change.more:
                yield _RELOAD
    except Unavailable:
        return  # the browser comes back, and then the store may answer


def _event(change: Change, by: Operator) -> str:
    rows = []
    for row in change.rows:
        calls, at = _call(row, by)
        name = present.name_of(row, {}, row["id"])
        text = str(row.get("last_text") or "")
        told = {"id": row["id"], "name": name, "text": text, "calls": calls}
        rows.append(told | {"called_at": at.isoformat() if at else ""})
    data: dict[str, Any] = {"rows": rows}
    if change.present is not None:
        data["present"] = list(change.present)
    return f"id: {change.at.isoformat()}\nevent: change\ndata: {json.dumps(data)}\n\n"


def _call(row: Mapping[str, Any], by: Operator) -> tuple[str, datetime | None]:
    """Whether a conversation calls for this operator, by which word, and since when.

    One that waits for a person and is not put off; one in which the owner wrote in the Instagram
    app; one of the operator's own in which the person answered.
    """
    owner, since = row.get("owner"), row.get("boundary_at")
    inbound = row.get("last_direction") == "inbound"
    if owner == "waiting":
        return ("needs_you", since) if row.get("status") == "open" else ("", None)
    if owner == "human" and not inbound and row.get("owner_reason") == "instagram_app":
        return "app", since
    if owner == "human" and inbound and row.get("assignee") == by.id:
        return "mine", maybe_from_ms(row.get("last_inbound_at"))
    return "", None


def _instant(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
