"""The control API `/_sim/*`: what a test or the phone page makes Instagram do."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request

from emulators.instagram import views
from emulators.instagram.core import Core
from emulators.instagram.deliveries import Event
from emulators.instagram.handshake import shake_hands
from emulators.instagram.happenings import Happened, owner_does, person_does
from emulators.instagram.payloads import comment, dashboard_test
from emulators.instagram.people import igsid_of


def control_routes(core: Core, reset: Callable[[], None]) -> Blueprint:
    """The blueprint; every answer is JSON, a wrong request is 400 with a sentence."""
    routes = Blueprint("control", __name__, url_prefix="/_sim")
    routes.register_error_handler(ValueError, _bad_words)
    _add_people(routes, core)
    _add_reading(routes, core)
    _add_faults(routes, core)
    _add_account(routes, core)
    _add_webhooks(routes, core)

    @routes.post("/reset")
    def reset_everything() -> Response:
        reset()
        return jsonify({"ok": True})

    @routes.get("/health")
    def health() -> Response:
        return jsonify({"ok": True, "now": core.clock.now().isoformat()})

    return routes


def _add_people(routes: Blueprint, core: Core) -> None:
    @routes.post("/dm")
    def dm() -> Response:
        return jsonify(_shown(person_does(core, words("from"))))

    @routes.post("/owner")
    def owner() -> Response:
        return jsonify(_shown(owner_does(core, words("to"))))

    @routes.post("/people")
    def people() -> Response:
        said = words("name")
        with core.lock:
            person = core.state.people.named(str(said["name"]))
            person.profile |= said.get("profile", {})
            person.profile_error = said.get("profile_error", person.profile_error)
            person.send_error = said.get("send_error", person.send_error)
            return jsonify(views.person(person))


def _add_reading(routes: Blueprint, core: Core) -> None:
    @routes.get("/sent")
    def sent() -> Response:
        with core.lock:
            return jsonify([views.sent(core.state, message) for message in core.state.sent()])

    @routes.get("/actions")
    def actions() -> Response:
        with core.lock:
            return jsonify(core.state.actions)

    @routes.get("/conversation")
    def conversation() -> Response:
        with core.lock:
            return jsonify(views.conversation(core.state, igsid_of(request.args["with"])))

    @routes.get("/people")
    def everybody() -> Response:
        with core.lock:
            return jsonify([views.person(person) for person in core.state.people])


def _add_faults(routes: Blueprint, core: Core) -> None:
    @routes.post("/faults")
    def add_faults() -> Response:
        core.faults.add(words("next")["next"])
        return jsonify([asdict(fault) for fault in core.faults.waiting()])

    @routes.get("/faults")
    def faults() -> Response:
        return jsonify([asdict(fault) for fault in core.faults.waiting()])

    @routes.delete("/faults")
    def clear_faults() -> Response:
        core.faults.reset()
        return jsonify([])

    @routes.post("/release")
    def release() -> Response:
        core.gates.release(words("name")["name"])
        return jsonify({"standing": core.gates.standing()})

    @routes.get("/holds")
    def holds() -> Response:
        return jsonify({"standing": core.gates.standing()})


def _other(said: dict[str, Any]) -> tuple[str, str] | None:
    """The account of a log-in that is not the local one."""
    account_id = str(said.get("account_id") or "")
    return (account_id, str(said.get("username") or account_id)) if account_id else None


def _add_account(routes: Blueprint, core: Core) -> None:
    @routes.post("/token")
    def token() -> Response:
        said = words()
        with core.lock:
            now = core.clock.now()
            if said.get("new"):
                core.tokens.issue(core.ids.token(), now, _other(said))
            if "age_days" in said:
                core.tokens.set_age(float(said["age_days"]), now)
            if "invalid" in said:
                core.tokens.invalidate(_invalid_subcode(said["invalid"]))
            return jsonify(views.token(core.tokens.newest, now))

    @routes.post("/account")
    def account() -> Response:
        said = words()
        with core.lock:
            core.may_tag_human_agent = bool(said.get("human_agent", core.may_tag_human_agent))
            core.subscribed = set(said.get("subscribed_fields", core.subscribed))
        return jsonify({"human_agent": core.may_tag_human_agent})

    @routes.post("/limits")
    def limits() -> Response:
        with core.lock:
            core.limits.configure(words())
            return jsonify({"per_second": core.limits.per_second})


def _add_webhooks(routes: Blueprint, core: Core) -> None:
    @routes.post("/webhooks")
    def configure() -> Response:
        said = words()
        if "edit_zero" in said:
            core.sends_edit_zero = bool(said.pop("edit_zero"))
        again = core.outbox.redeliver() if said.pop("redeliver", False) else 0
        core.outbox.configure(**said)
        return jsonify({"redelivered": again, "waiting": core.outbox.waiting()})

    @routes.get("/webhooks")
    def deliveries() -> Response:
        return jsonify([views.delivery(delivery) for delivery in core.outbox.delivered()])

    @routes.post("/webhooks/raw")
    def raw() -> Response:
        core.outbox.add_raw(words())
        return jsonify({"ok": True})

    @routes.post("/webhooks/test")
    def dashboard() -> Response:
        entry_id, item = dashboard_test()
        core.outbox.add([Event("messages", item, "changes", entry_id)])
        return jsonify({"ok": True})

    @routes.post("/comment")
    def commented() -> Response:
        said = words("from", "text")
        with core.lock:
            person = core.state.people.named(str(said["from"]))
        item = comment(person.igsid, person.username, said["text"])
        core.emit([Event("comments", item, "changes")])
        return jsonify({"from": person.igsid})

    @routes.post("/pump")
    def pump() -> Response:
        return jsonify({"delivered": core.outbox.pump()})

    @routes.post("/handshake")
    def handshake() -> Response:
        return jsonify(asdict(shake_hands(core.outbox.url, core.identity.verify_token)))


def words(*required: str) -> dict[str, Any]:
    """The request's JSON object, whatever its content type; ValueError when a word is missing."""
    said = request.get_json(force=True, silent=True) if request.get_data() else {}
    if not isinstance(said, dict):
        raise ValueError("the body must be a JSON object")  # noqa: TRY004 (the caller's fault: 400)
    missing = [word for word in required if said.get(word) is None]
    if missing:
        raise ValueError(f"the body needs {', '.join(missing)}")
    return said


def _bad_words(error: ValueError) -> tuple[Response, int]:
    return jsonify({"error": str(error)}), 400


def _shown(happened: Happened) -> dict[str, Any]:
    person = happened.person
    names = {"id": person.igsid, "name": person.name}
    return {"mid": happened.mid, "timestamp": happened.timestamp, **names}


def _invalid_subcode(said: Any) -> int | None:
    """True means a changed password; a number is the subcode itself; false revives."""
    if said is True:
        return 460
    return int(said) if said else None
