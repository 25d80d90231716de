"""The control API `/_sim/*`: what the model says next, and what it was asked."""

from typing import Any

from flask import Blueprint, Flask, Response, jsonify, request

from emulators.gemini.core import GeminiCore


def add_control_routes(app: Flask, sim: GeminiCore) -> None:
    """Add the control API; a wrong request is 400 with a sentence."""
    routes = Blueprint("control", __name__, url_prefix="/_sim")
    routes.register_error_handler(ValueError, _bad_words)
    _add_script(routes, sim)
    _add_state(routes, sim)
    app.register_blueprint(routes)


def _add_script(routes: Blueprint, sim: GeminiCore) -> None:
    @routes.post("/script")
    def add() -> Response:
        sim.script.add(_words("replies")["replies"])
        return jsonify({"waiting": len(sim.script.waiting())})

    @routes.get("/script")
    def waiting() -> Response:
        return jsonify({"replies": sim.script.waiting()})

    @routes.delete("/script")
    def clear() -> Response:
        sim.script.reset()
        return jsonify({"waiting": 0})

    @routes.post("/release")
    def release() -> Response:
        sim.gates.release(_words("name")["name"])
        return jsonify({"standing": sim.gates.standing()})

    @routes.get("/holds")
    def holds() -> Response:
        return jsonify({"standing": sim.gates.standing()})


def _add_state(routes: Blueprint, sim: GeminiCore) -> None:
    @routes.get("/requests")
    def requests() -> Response:
        return jsonify(sim.requests)

    @routes.post("/reset")
    def reset() -> Response:
        sim.reset()
        return jsonify({"ok": True})

    @routes.get("/health")
    def health() -> Response:
        return jsonify({"ok": True, "now": sim.clock.now().isoformat()})


def _words(required: str) -> dict[str, Any]:
    said = request.get_json(force=True, silent=True)
    if not isinstance(said, dict) or said.get(required) is None:
        raise ValueError(f"the body must be a JSON object with {required}")
    return said


def _bad_words(error: ValueError) -> tuple[Response, int]:
    return jsonify({"error": str(error)}), 400
