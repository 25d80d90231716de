"""The phone: a page to chat as a customer or as the owner, and to watch the system work."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, request, send_from_directory

from emulators.gateway import views
from emulators.gateway.changes import Changes
from emulators.gateway.kinds import beside, kinds
from emulators.gateway.views import Watched
from emulators.instagram.control import words
from emulators.instagram.happenings import Happened, owner_does, person_does

STATIC = Path(__file__).resolve().parent / "static"
LOOK_EVERY_SECONDS = 0.5  # typing and the app's own state change without a word to anybody
GATHER_SECONDS = 0.05  # one commit seldom comes alone
BEAT_EVERY = 30  # looks without news until a sign of life, which finds out who is gone

#: Nothing from elsewhere, no script but ours: what people write is shown, never run.
#: Pictures come from the simulated Instagram as well.
_POLICY = (
    "default-src 'self'; img-src 'self' data: {instagram}; frame-ancestors 'none'; base-uri 'none'"
)


def phone_app(stack: Watched) -> Flask:
    """The page at `/`, its files, and its JSON below `/_local`."""
    app = Flask("emulators.gateway.phone", static_folder=None)
    app.register_error_handler(ValueError, _bad_words)
    policy = _POLICY.format(instagram=stack.instagram_url)
    app.after_request(lambda response: _guard(response, policy))
    _add_files(app)
    _add_deeds(app, stack)
    _add_live(app, stack)
    return app


def _add_files(app: Flask) -> None:
    @app.get("/")
    def page() -> Response:
        return send_from_directory(STATIC, "phone.html")

    @app.get("/_local/static/<path:name>")
    def file(name: str) -> Response:
        return send_from_directory(STATIC, name)


def _add_deeds(app: Flask, stack: Watched) -> None:
    @app.post("/_local/dm")
    def dm() -> Response:
        said = words("from")
        if beside(stack.instagram.core, said):
            return jsonify({"kind": said["kind"]})
        return _done(person_does(stack.instagram.core, said))

    @app.get("/_local/kinds")
    def offered() -> Response:
        return jsonify(kinds())

    @app.post("/_local/owner")
    def owner() -> Response:
        return _done(owner_does(stack.instagram.core, words("to")))


def _add_live(app: Flask, stack: Watched) -> None:
    changes = Changes()
    stack.firestore.listen(changes.note)
    stack.tasks.on_change(changes.note)
    stack.clock.on_move(changes.note)

    @app.get("/_local/live")
    def live() -> Response:
        events = _events(stack, changes, request.args.get("with", ""))
        return Response(events, mimetype="text/event-stream", headers={"Cache-Control": "no-store"})

    @app.get("/_local/state")
    def state() -> Response:
        who = request.args.get("with", "")
        seen = _Seen(stack, who)
        seen.look_at_store()
        return jsonify(seen.state() | {"now": stack.clock.now().isoformat()})


class _Seen:
    """What one open page was told last."""

    def __init__(self, stack: Watched, who: str) -> None:
        self._stack, self._who = stack, who
        self._store = stack.store_client("phone")
        self._system: dict[str, Any] | None = None

    def look_at_store(self) -> None:
        if self._who:
            self._system = views.system(self._stack, self._store, self._who)

    def state(self) -> dict[str, Any]:
        chat = views.chat(self._stack, self._who) if self._who else None
        return {"people": views.people(self._stack), "chat": chat, "system": self._system}


def _events(stack: Watched, changes: Changes, who: str) -> Iterator[str]:
    """Server-sent events: the whole state whenever it differs from what was sent last."""
    seen, sent, count, quiet = _Seen(stack, who), "", -1, 0
    while True:
        newer = changes.beyond(count, LOOK_EVERY_SECONDS)
        if newer != count or not stack.firestore.tells_all:
            time.sleep(GATHER_SECONDS)
            count = newer
            seen.look_at_store()
        state = json.dumps(seen.state())
        quiet = 0 if state != sent else quiet + 1
        if state != sent:
            sent = state
            yield f'data: {{"now": "{stack.clock.now().isoformat()}", {state[1:]}\n\n'
        elif quiet % BEAT_EVERY == 0:
            yield ": here\n\n"


def _done(happened: Happened) -> Response:
    return jsonify({"mid": happened.mid, "id": happened.person.igsid})


def _guard(response: Response, policy: str) -> Response:
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _bad_words(error: ValueError) -> tuple[Response, int]:
    return jsonify({"error": str(error)}), 400
