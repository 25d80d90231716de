"""The account's messenger profile: ice breakers and the persistent menu, within Meta's limits."""

from typing import Any

from flask import Response, jsonify, request

from emulators.instagram.core import Core
from emulators.instagram.refusals import refusal

#: Name → most entries of one locale (Instagram Platform documentation, Ice breakers, and
#: Messenger Platform documentation, Persistent menu).
MOST = {"ice_breakers": 4, "persistent_menu": 20}
_BUTTONS = {"postback": ("title", "payload"), "web_url": ("title", "url")}
_NOT_HERE = ("composer_input_disabled", "webview_height_ratio")


def show(core: Core) -> Response:
    """GET: what is set of the fields that are asked for."""
    name = _name(request.args.get("fields", ""))
    with core.lock:
        stored = core.messenger_profile.get((core.caller[0], name), [])
    if name == "ice_breakers":
        return jsonify({"data": stored})
    return jsonify({"data": [{name: stored}] if stored else []})


def store(core: Core, body: dict[str, Any]) -> Response:
    """POST: what is named is replaced whole."""
    _for_instagram(body)
    named = [name for name in MOST if name in body]
    if not named:
        raise refusal(100, message="(#100) Requires one of the params: ice_breakers")
    for name in named:
        _check(name, body[name])
    with core.lock:
        for name in named:
            core.messenger_profile[core.caller[0], name] = body[name]
    return jsonify({"result": "success"})


def remove(core: Core, body: dict[str, Any]) -> Response:
    """DELETE: the fields that are named."""
    _for_instagram(body)
    fields = body.get("fields")
    if not isinstance(fields, list) or not fields:
        raise refusal(100, message="(#100) param fields must be an array.")
    with core.lock:
        for name in map(_name, fields):
            core.messenger_profile.pop((core.caller[0], name), None)
    return jsonify({"result": "success"})


def _for_instagram(body: dict[str, Any]) -> None:
    if body.get("platform", request.args.get("platform")) != "instagram":
        raise refusal(100, message="(#100) The parameter platform must be instagram.")


def _name(name: Any) -> str:
    if name not in MOST:
        raise refusal(100, message=f"(#100) Unknown messenger profile field {name!r}")
    return str(name)


def _check(name: str, locales: Any) -> None:
    if not isinstance(locales, list) or not all(isinstance(each, dict) for each in locales):
        raise refusal(100, message=f"(#100) param {name} must be an array.")
    if "default" not in [each.get("locale") for each in locales]:
        raise refusal(100, message=f"(#100) param {name} needs an entry of the default locale.")
    for each in locales:
        actions = each.get("call_to_actions")
        if not isinstance(actions, list) or not 0 < len(actions) <= MOST[name]:
            raise refusal(100, message=f"(#100) {name} takes 1 to {MOST[name]} call_to_actions.")
        for action in actions:
            _check_action(name, action)


def _check_action(name: str, action: dict[str, Any]) -> None:
    needed: tuple[str, ...] | None = ("question", "payload")
    if name == "persistent_menu":
        needed = _BUTTONS.get(str(action.get("type")))
    if needed is None or not all(isinstance(action.get(k), str) and action[k] for k in needed):
        raise refusal(100, message=f"(#100) A call_to_action of {name} is not complete.")
    if any(key in action for key in _NOT_HERE):
        raise refusal(100, message="(#100) That parameter is not available on Instagram.")
