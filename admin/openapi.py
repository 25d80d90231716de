"""The description of the JSON API (OpenAPI 3.1)."""

from typing import Any

_THREAD = {
    "name": "thread_id",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "pattern": "^[0-9]+_[0-9]+$"},
}
_SCOPE = {"name": "scope", "in": "path", "required": True, "schema": {"type": "string"}}


def document() -> dict[str, Any]:
    """The whole document."""
    listed = _queries("tab", "status", "owner", "label", "since", "after")
    return {
        "openapi": "3.1.0",
        "info": {"title": "Moca back office", "version": "1"},
        "servers": [{"url": "/back_office/api"}],
        "components": {
            "securitySchemes": {
                "token": {"type": "apiKey", "in": "header", "name": "x-admin-token"}
            }
        },
        "security": [{"token": []}],
        "paths": {
            "/conversations": {"get": _does("One page of a view", listed)},
            "/counts": {"get": _does("How many conversations each tab holds")},
            "/search": {"get": _does("People and messages", _queries("q"))},
            "/conversations/{thread_id}": {
                "get": _does("One conversation with messages", [_THREAD, *_queries("before")])
            },
            "/conversations/{thread_id}/messages": {
                "post": _does("Queue a reply or keep a note", [_THREAD], "text", "kind", code="202")
            },
            **{
                f"/conversations/{{thread_id}}/{act}": {"post": _does(told, [_THREAD], *fields)}
                for act, told, fields in (
                    ("take_over", "The bot falls silent", ("minutes",)),
                    ("hand_back", "The bot answers again", ()),
                    ("close", "Done", ()),
                    ("reopen", "Live again", ()),
                    ("label", "Put a label on or take it off", ("label", "on")),
                )
            },
            "/settings/{scope}": {
                "get": _does("The operating settings", [_SCOPE]),
                "post": _does("Change some of them; all or none", [_SCOPE]),
            },
        },
    }


def _queries(*names: str) -> list[dict[str, Any]]:
    return [{"name": name, "in": "query", "schema": {"type": "string"}} for name in names]


def _does(
    summary: str, parameters: list[dict[str, Any]] | None = None, *fields: str, code: str = "200"
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "summary": summary,
        "parameters": parameters or [],
        "responses": {
            code: {"description": "Done"},
            "400": {"description": "Refused, with the reason in `error`"},
            "401": {"description": "No token of the team"},
        },
    }
    if fields:
        schema = {"type": "object", "properties": {name: {} for name in fields}}
        told["requestBody"] = {"content": {"application/json": {"schema": schema}}}
    return told
