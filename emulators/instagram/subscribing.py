"""The account's own edges: subscribed fields and the renewal of its token."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, request

from emulators.instagram import profile_menu
from emulators.instagram.core import FIELDS, Core
from emulators.instagram.refusals import refusal


def add_account_routes(
    routes: Blueprint, core: Core, read_body: Callable[[], dict[str, Any]]
) -> None:
    """Add `subscribed_apps`, `messenger_profile` and `refresh_access_token`."""

    @routes.get("/<account>/subscribed_apps")
    def subscriptions(account: str) -> Response:
        return core.perform("account", lambda _: _listed(core, account))

    @routes.post("/<account>/subscribed_apps")
    def subscribe(account: str) -> Response:
        asked = request.values.get("subscribed_fields") or read_body().get("subscribed_fields", "")
        names = asked.split(",") if isinstance(asked, str) else list(asked)
        return core.perform("account", lambda _: _subscribed(core, account, set(names)))

    @routes.delete("/<account>/subscribed_apps")
    def unsubscribe(account: str) -> Response:
        return core.perform("account", lambda _: _subscribed(core, account, set(), check=False))

    @routes.get("/<account>/messenger_profile")
    def shown(account: str) -> Response:
        _check_account(core, account)
        return core.perform("account", lambda _: profile_menu.show(core))

    @routes.post("/<account>/messenger_profile")
    def stored(account: str) -> Response:
        _check_account(core, account)
        return core.perform("account", lambda _: profile_menu.store(core, read_body()))

    @routes.delete("/<account>/messenger_profile")
    def removed(account: str) -> Response:
        _check_account(core, account)
        return core.perform("account", lambda _: profile_menu.remove(core, read_body()))

    @routes.get("/refresh_access_token")
    def refresh() -> Response:
        return core.perform("account", lambda _: _refreshed(core))


def _check_account(core: Core, account: str) -> None:
    if account not in {"me", core.caller[0]}:
        raise refusal(100, 33, message=f"Object with ID '{account}' does not exist")


def _listed(core: Core, account: str) -> Response:
    _check_account(core, account)
    with core.lock:
        fields = sorted(core.subscribed)
    app = {"id": core.identity.app_scoped_id, "name": "Moca", "subscribed_fields": fields}
    return jsonify({"data": [app] if fields else []})


def _subscribed(core: Core, account: str, names: set[str], *, check: bool = True) -> Response:
    _check_account(core, account)
    unknown = sorted(names - set(FIELDS))
    if check and (unknown or not names):
        words = f"(#100) Param subscribed_fields must be some of {', '.join(FIELDS)}"
        raise refusal(100, message=words)
    with core.lock:
        core.subscribed = names
    return jsonify({"success": True})


def _refreshed(core: Core) -> Response:
    if request.args.get("grant_type") != "ig_refresh_token":
        raise refusal(100, message="(#100) grant_type must be ig_refresh_token")
    with core.lock:
        now = core.clock.now()
        token = core.tokens.refresh(request.args.get("access_token"), core.ids.token(), now)
        seconds = int((token.expires_at - now).total_seconds())
    return jsonify({"access_token": token.value, "token_type": "bearer", "expires_in": seconds})
