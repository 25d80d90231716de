"""The description of the JSON API (OpenAPI 3.1), made from its routes."""

import inspect
from typing import Any

from admin.api.routes import ROUTES, Route
from admin.ids import pattern
from services.domain.json_types import Parameter, needed, schema

_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {"type": "string", "description": "What is wrong, in a sentence"},
        "problems": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "What is wrong with each field, where it is a matter of fields",
        },
    },
}
_REFUSALS = {
    "400": "It cannot be done, and nothing was changed",
    "401": "No token of the team",
    "404": "There is no such thing",
    "403": "Only an admin may",
    "422": "Some of the fields are wrong, and nothing was changed",
    "429": "Too many wrong tokens",
    "503": "The store cannot be reached now: try again",
}


def document() -> dict[str, Any]:
    """The whole document."""
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    token = {"type": "apiKey", "in": "header", "name": "x-admin-token"}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Moca back office",
            "version": "1",
            "description": "Lists come in pages: `next` is the cursor that `after` takes, or null.",
        },
        "servers": [{"url": "/back_office/api"}],
        "security": [{"token": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(_tag(route) for route in ROUTES)],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": token},
            "schemas": {"Error": _ERROR},
            "responses": _refusals(),
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    summary, _, description = inspect.cleandoc(route.handler.__doc__ or "").partition("\n\n")
    parameters = [_parameter(name) for name in route.names]
    told: dict[str, Any] = {
        "operationId": route.handler.__name__,
        "tags": [_tag(route)],
        "summary": " ".join(summary.split()),
        "responses": _responses(route),
    }
    if description:
        told["description"] = description
    if route.method == "GET" or route.takes_file:
        asked = [(name, p) for name, p in route.arguments.items() if name != "content"]
        parameters += [_query(name, p) for name, p in asked]
    if route.takes_file:
        content = {"application/octet-stream": {"schema": schema(bytes)}}
        told["requestBody"] = {"required": True, "content": content}
    elif route.method == "GET":
        pass
    elif route.arguments or route.takes_any:
        content = {"application/json": {"schema": _body(route)}}
        told["requestBody"] = {"required": True, "content": content}
    if parameters:
        told["parameters"] = parameters
    return told


def _parameter(name: str) -> dict[str, Any]:
    allowed = {"type": "string", "pattern": pattern(name)}
    return {"name": name, "in": "path", "required": True, "schema": allowed}


def _query(name: str, parameter: Parameter) -> dict[str, Any]:
    allowed, required = schema(parameter.annotation), parameter.default is parameter.empty
    return {"name": name, "in": "query", "required": required, "schema": allowed}


def _body(route: Route) -> dict[str, Any]:
    if route.takes_any:
        return {"type": "object", "additionalProperties": True}
    fields = {}
    for name, parameter in route.arguments.items():
        fields[name] = schema(parameter.annotation)
        if parameter.default is not parameter.empty:
            fields[name]["default"] = parameter.default
    told: dict[str, Any] = {"type": "object", "properties": fields, "additionalProperties": False}
    required = needed(route.arguments.values())
    return told | ({"required": required} if required else {})


def _responses(route: Route) -> dict[str, Any]:
    properties: dict[str, Any] = {name: _answered(name) for name in route.answers}
    good = {"type": "object", "required": list(route.answers), "properties": properties}
    told: dict[str, Any] = {str(route.status): {"description": "Done", "content": _json(good)}}
    codes = [code for code in sorted(_REFUSALS) if code != "403" or route.admin]
    return told | {code: {"$ref": f"#/components/responses/{code}"} for code in codes}


def _refusals() -> dict[str, Any]:
    error = _json({"$ref": "#/components/schemas/Error"})
    return {code: {"description": words, "content": error} for code, words in _REFUSALS.items()}


def _answered(name: str) -> dict[str, Any]:
    if name == "next":
        return {"type": ["string", "null"], "description": "The cursor of the next page"}
    return {"const": True} if name == "success" else {}


def _json(content: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": content}}


def _tag(route: Route) -> str:
    return route.handler.__module__.rpartition(".")[2]
