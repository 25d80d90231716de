"""The Graph API's routes, shared by graph.instagram.com and graph.facebook.com."""

import json
from typing import Any

from flask import Blueprint, Response, g, jsonify, request

from emulators.instagram.core import Core
from emulators.instagram.reading import Reading
from emulators.instagram.refusals import GraphError, refusal
from emulators.instagram.sending import Sending
from emulators.instagram.subscribing import add_account_routes
from emulators.instagram.uploading import upload


def graph_routes(core: Core) -> Blueprint:
    """The blueprint: every call needs a valid token and gets the usage headers."""
    routes = Blueprint("graph", __name__)
    routes.register_error_handler(GraphError, lambda error: _refused(core, error))
    routes.before_request(lambda: _authorise(core))
    routes.after_request(lambda response: _with_usage(core, response))
    add_account_routes(routes, core, graph_body)
    _add_messages(routes, core)
    _add_reading(routes, core)
    return routes


def _add_messages(routes: Blueprint, core: Core) -> None:
    sending = Sending(core)

    @routes.post("/<account>/messages")
    def send(account: str) -> Response:
        own_account(core, account)
        return sending.accept(graph_body())

    @routes.post("/<account>/message_attachments")
    def attachments(account: str) -> Response:
        own_account(core, account)
        body, file = graph_body(), request.files.get("filedata")
        return core.perform("upload", lambda _: upload(core, body, file, request.host_url))


def _add_reading(routes: Blueprint, core: Core) -> None:
    reading = Reading(core)

    @routes.get("/<account>/conversations")
    def conversations(account: str) -> Response:
        own_account(core, account)
        return core.perform("conversation", lambda _: reading.conversations(request.args))

    @routes.get("/<thread_key>/messages")
    def messages(thread_key: str) -> Response:
        return core.perform("conversation", lambda _: reading.messages(thread_key, request.args))

    @routes.get("/<node>")
    def node(node: str) -> Response:
        return reading.node(node, request.args)


def own_account(core: Core, account: str) -> None:
    """Refuse any account but this one."""
    if account not in {"me", core.caller[0]}:
        words = f"Unsupported request. Object with ID '{account}' does not exist"
        raise refusal(100, 33, message=words)


def graph_body() -> dict[str, Any]:
    """The body, as JSON or as a form whose values may be JSON."""
    if request.mimetype == "application/json":
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            raise refusal(100, message="(#100) The request body is not a JSON object")
        return body
    return {key: _form_value(value) for key, value in request.values.items()}


def bearer_token() -> str | None:
    """The caller's token: header first, then the query or the form."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value:
        return value
    return request.values.get("access_token")


def _form_value(value: str) -> Any:
    if value[:1] not in "{[":
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise refusal(100, message=f"(#100) A form value is not JSON: {error}") from error


def _authorise(core: Core) -> None:
    with core.lock:
        g.token = core.tokens.check(bearer_token(), core.clock.now())


def _refused(core: Core, error: GraphError) -> Response:
    response = jsonify(error.body(core.ids.fbtrace()))
    response.status_code = error.status
    return response


def _with_usage(core: Core, response: Response) -> Response:
    with core.lock:
        minutes = g.get("regain_minutes")
        response.headers.update(
            core.limits.headers(core.identity.account_id, core.clock.now(), minutes)
        )
    return response
