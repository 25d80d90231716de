"""The same as JSON, under `/api/`, for scripts: each request brings a token in `x-admin-token`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, request

from admin.access import office, operator
from services.domain.ids import split_thread_id
from services.errors import Rejected
from services.office_inbox import Row, View
from services.office_settings import DEFAULT, WrongSettings

blueprint = Blueprint("api", __name__, url_prefix="/api")


@blueprint.get("/conversations")
def conversations() -> Any:
    """One page of a view: `tab`, `status`, `owner`, `label`, `since`, `after`."""
    shown = View.parse({"tab": "all", **request.args})
    listed = office().inbox.listed(shown, operator().id, request.args.get("after"))
    return {"conversations": [_row(row) for row in listed.rows], "next": listed.next}


@blueprint.get("/counts")
def counts() -> Any:
    """How many conversations each tab holds."""
    return {"counts": office().inbox.counts(operator().id)}


@blueprint.get("/search")
def search() -> Any:
    """People and messages: `q`."""
    text, inbox = request.args.get("q", "")[:200], office().inbox
    return {
        "people": [_row(row) for row in inbox.people(text)],
        "messages": [{**_row(row), "found": row.found} for row in inbox.texts(text)],
    }


@blueprint.get("/conversations/<thread_id>")
def conversation(thread_id: str) -> Any:
    """One conversation with a page of its messages, oldest first: `before`."""
    thread = office().thread.opened(_thread(thread_id), request.args.get("before"))
    if thread is None:
        return {"error": "There is no such conversation."}, 404
    return plain(
        {
            "id": thread.id,
            "conversation": thread.fields,
            "contact": thread.contact,
            "messages": thread.messages,
            "older": thread.older,
        }
    )


@blueprint.post("/conversations/<thread_id>/messages")
def send(thread_id: str) -> Any:
    """Queue a reply, `{"text"}`, or keep a note, `{"text", "kind": "note"}`."""
    body, by = _body(), operator()
    if body.get("kind") == "note":
        office().actions.note(_thread(thread_id), str(body.get("text") or ""), by)
    else:
        office().sending.reply(_thread(thread_id), str(body.get("text") or ""), by)
    return {"success": True}, 202


@blueprint.post("/conversations/<thread_id>/<act>")
def change(thread_id: str, act: str) -> Any:
    """`take_over` `{"minutes"}`, `hand_back`, `close`, `reopen`, `label` `{"label", "on"}`."""
    thread, body = _thread(thread_id), _body()
    actions, by = office().actions, operator()
    if act == "take_over":
        minutes = body.get("minutes")
        actions.take_over(thread, by, float(minutes) if minutes else None)
    elif act == "label":
        actions.label(thread, str(body.get("label") or ""), by, on=bool(body.get("on", True)))
    elif act in ("hand_back", "close", "reopen"):
        {"hand_back": actions.hand_back, "close": actions.close, "reopen": actions.reopen}[act](
            thread, by
        )
    else:
        abort(404)
    return {"success": True}


@blueprint.get("/settings/<scope>")
def settings(scope: str) -> Any:
    """Every operating setting of `default` or of an account."""
    _require_scope(scope)
    shown = office().settings.shown(scope)
    return {"settings": {s.setting.name: plain(s.value) for s in shown}}


@blueprint.post("/settings/<scope>")
def change_settings(scope: str) -> Any:
    """Change some of them: `{name: value}`; all or none."""
    _require_scope(scope)
    typed = {name: _typed(value) for name, value in _body().items()}
    try:
        return {"changed": office().settings.change(scope, typed, operator())}
    except WrongSettings as error:
        return {"error": "Some settings are wrong.", "problems": error.problems}, 422


@blueprint.get("/openapi.json")
def openapi() -> Any:
    """This API, described."""
    from admin.openapi import document  # noqa: PLC0415 (read by few)

    return document()


def plain(value: Any) -> Any:
    """The value in JSON's types."""
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value


def _row(row: Row) -> dict[str, Any]:
    found: dict[str, Any] = plain({"id": row.thread_id, **row.fields, "contact": row.contact})
    return found


def _thread(thread_id: str) -> str:
    if split_thread_id(thread_id) is None:
        raise Rejected("That is not the id of a conversation.")
    return thread_id


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True, force=True) if request.data else {}
    if not isinstance(body, dict):
        raise Rejected("The body must be a JSON object.")
    return body


def _require_scope(scope: str) -> None:
    if not operator().is_admin:
        abort(403)
    if scope != DEFAULT and not scope.isdecimal():
        raise Rejected("A scope is `default` or an account's id.")


def _typed(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)
