"""The gateway's part of the control API: the clock, counts, faults and tasks."""

import math
from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx
from flask import Flask, Response, jsonify, request

from emulators.clock import SimClock
from emulators.cloud_tasks.engine import TasksEngine
from emulators.gateway.counting import by_function
from emulators.gateway.store import Store


def control_app(
    clock: SimClock, firestore: Store, tasks: TasksEngine, reset: Callable[[], None]
) -> Flask:
    """What answers below `/_sim`; a wrong request is 400 with a sentence."""
    app = Flask("emulators.gateway.control")
    app.register_error_handler(ValueError, _bad_words)
    app.register_error_handler(httpx.HTTPError, _not_cleared)
    _add_clock(app, clock)
    _add_counts(app, firestore, tasks)
    _add_tasks(app, tasks)

    @app.post("/firestore/faults")
    def firestore_faults() -> Response:
        for fault in _listed(_words()):
            firestore.faults.add(fault)
        return jsonify({"ok": True})

    @app.delete("/firestore/faults")
    def no_firestore_faults() -> Response:
        firestore.faults.clear()
        return jsonify({"ok": True})

    @app.post("/reset")
    def reset_everything() -> Response:
        reset()
        return jsonify({"ok": True})

    @app.get("/health")
    def health() -> Response:
        return jsonify({"ok": True, "now": clock.now().isoformat()})

    return app


def _add_clock(app: Flask, clock: SimClock) -> None:
    @app.get("/clock")
    def read() -> Response:
        return jsonify({"now": clock.now().isoformat(), "frozen": clock.frozen})

    @app.post("/clock")
    def move() -> Response:
        said = _words()
        if set(said) == {"advance_seconds"}:
            clock.advance(_seconds(said["advance_seconds"]))
        elif set(said) == {"now"}:
            clock.set(_instant(said["now"]))
        else:
            raise ValueError('the body is either {"advance_seconds": …} or {"now": …}')
        return read()


def _add_counts(app: Flask, firestore: Store, tasks: TasksEngine) -> None:
    @app.get("/counts")
    def read_counts() -> Response:
        return jsonify(by_function(firestore.counts.snapshot(), tasks.counts.snapshot()))

    @app.delete("/counts")
    def clear() -> Response:
        firestore.counts.clear()
        tasks.counts.clear()
        return read_counts()


def _add_tasks(app: Flask, tasks: TasksEngine) -> None:
    @app.get("/tasks/list")
    def waiting() -> Response:
        return jsonify(tasks.list_tasks())

    @app.get("/tasks/settings")
    def settings() -> Response:
        return _settings(tasks)

    @app.post("/tasks/settings")
    def configure() -> Response:
        tasks.configure(_words())
        return _settings(tasks)


def _settings(tasks: TasksEngine) -> Response:
    names = ("duplicate", "late_seconds", "seed", "paused")
    return jsonify({name: getattr(tasks.settings, name) for name in names})


def _words() -> dict[str, Any]:
    said = request.get_json(force=True, silent=True)
    if not isinstance(said, dict):
        raise ValueError("the body must be a JSON object")  # noqa: TRY004 (the caller's fault: 400)
    return said


def _listed(said: dict[str, Any]) -> list[dict[str, Any]]:
    """One fault, or several as `{"next": […]}`, the form of the other simulators."""
    listed = said["next"] if set(said) == {"next"} else [said]
    if not isinstance(listed, list) or not all(isinstance(fault, dict) for fault in listed):
        raise ValueError('"next" is a list of objects')
    return listed


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("advance_seconds is a number")
    return value


def _instant(value: object) -> datetime:
    instant = datetime.fromisoformat(str(value))
    if instant.tzinfo is None:
        raise ValueError("now is an instant with its zone, as in 2026-01-31T12:00:00Z")
    return instant


def _not_cleared(error: httpx.HTTPError) -> tuple[Response, int]:
    return jsonify({"error": f"the Firestore in use could not be cleared: {error}"}), 502


def _bad_words(error: ValueError) -> tuple[Response, int]:
    return jsonify({"error": str(error)}), 400
