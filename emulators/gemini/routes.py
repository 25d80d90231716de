"""The API's own paths, whatever their version prefix: `…/models/{model}:{method}`."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flask import Flask, Response, jsonify, request

from emulators.gemini.core import GeminiCore
from emulators.gemini.refusals import ApiError
from emulators.gemini.replies import tokens_in
from emulators.gemini.spelling import in_camel_case
from emulators.gemini.vectors import embed_request

_PATH = re.compile(r"(?:^|/)models/(?P<model>[^/:]+)(?::(?P<method>\w+))?$")
_INPUT_LIMIT = 1048576

Body = Mapping[str, Any]


def add_model_routes(app: Flask, sim: GeminiCore) -> None:
    """Add the catch-all route; a key is needed, though any will do."""
    methods: dict[str, Callable[[Body, str], Response]] = {
        "generateContent": lambda body, model: _generated(sim, body, model),
        "streamGenerateContent": lambda body, model: _streamed(sim, body, model),
        "embedContent": lambda body, _: _embedded(sim, body),
        "batchEmbedContents": lambda body, _: _embedded_many(sim, body),
        "countTokens": lambda body, _: jsonify({"totalTokens": tokens_in(body)}),
    }

    @app.errorhandler(ApiError)
    def refuse(error: ApiError) -> tuple[Response, int, dict[str, str]]:
        return jsonify(error.body()), error.status, error.headers

    @app.post("/<path:path>")
    def call(path: str) -> Response:
        model, method = _parsed(path)
        if method not in methods:
            raise ApiError(404, f"Unknown method {method!r}")
        _check_key()
        body = _body()
        sim.keep({"method": method, "model": model, "path": f"/{path}", "body": body, **_headers()})
        return methods[method](in_camel_case(body), model)

    @app.get("/<path:path>")
    def describe(path: str) -> Response:
        model, method = _parsed(path)
        _check_key()
        if method is not None:
            raise ApiError(404)
        return jsonify({"name": f"models/{model}", "inputTokenLimit": _INPUT_LIMIT})


def _generated(sim: GeminiCore, body: Body, model: str) -> Response:
    made = sim.generate(body, model)
    return made if isinstance(made, Response) else jsonify(made)


def _streamed(sim: GeminiCore, body: Body, model: str) -> Response:
    made = sim.generate(body, model)
    if isinstance(made, Response):
        return made
    return Response(_events(made), mimetype="text/event-stream")


def _events(made: dict[str, Any]) -> Iterator[str]:
    """One event for each part, the last with the finish reason and the usage."""
    candidate = (made.get("candidates") or [{}])[0]
    parts = candidate.get("content", {}).get("parts", [])
    for part in parts[:-1]:
        content = {"role": "model", "parts": [part]}
        yield _event({**made, "candidates": [{"index": 0, "content": content}]})
    if parts:
        candidate["content"] = {"role": "model", "parts": parts[-1:]}
    yield _event(made)


def _event(body: Body) -> str:
    return f"data: {json.dumps(body)}\r\n\r\n"


def _embedded(sim: GeminiCore, body: Body) -> Response:
    failure = _scripted_failure(sim)
    return failure or jsonify({"embedding": embed_request(body)})


def _embedded_many(sim: GeminiCore, body: Body) -> Response:
    failure = _scripted_failure(sim)
    asked = body.get("requests", [])
    return failure or jsonify({"embeddings": [embed_request(one) for one in asked]})


def _scripted_failure(sim: GeminiCore) -> Response | None:
    reply = sim.script.take("embed")
    return None if reply is None else sim.failure(reply)


def _parsed(path: str) -> tuple[str, str | None]:
    match = _PATH.search(path)
    if match is None:
        raise ApiError(404, f"The path /{path} is not known")
    return match["model"], match["method"]


def _check_key() -> None:
    given = request.headers.get("x-goog-api-key") or request.args.get("key")
    bearer = request.headers.get("Authorization", "").startswith("Bearer ")
    if not given and not bearer:
        words = "Method doesn't allow unregistered callers. Please use an API key."
        raise ApiError(403, words)


def _body() -> dict[str, Any]:
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise ApiError(400, "Invalid JSON payload received.")
    return body


def _headers() -> dict[str, Any]:
    """What a test may want to see of the headers; never the key."""
    shown = ("user-agent", "x-goog-api-client", "x-server-timeout", "content-type")
    return {"headers": {name: request.headers.get(name) for name in shown}}
