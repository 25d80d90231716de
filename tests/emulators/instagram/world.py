"""One simulated Instagram and one webhook that listens, over real sockets."""

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from flask import Flask, Response, request

from emulators.clock import SimClock
from emulators.http import HttpServer
from emulators.instagram.simulator import InstagramSim

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@dataclass
class Webhook:
    """Records every POST; answers with the statuses it was given, then 200."""

    bodies: list[bytes] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def app(self) -> Flask:
        app = Flask("webhook")

        @app.post("/webhook")
        def receive() -> Response:
            self.bodies.append(request.get_data())
            self.signatures.append(request.headers["X-Hub-Signature-256"])
            return Response(status=self.answers.pop(0) if self.answers else 200)

        @app.get("/webhook")
        def verify() -> Response:
            right = request.args["hub.verify_token"] == "local-verify-token"
            return Response(request.args["hub.challenge"] if right else "", 200 if right else 403)

        return app

    @property
    def items(self) -> list[dict[str, Any]]:
        """Every messaging item received, in order."""
        entries = [entry for body in self.bodies for entry in json.loads(body)["entry"]]
        return [item for entry in entries for item in entry.get("messaging", [])]

    def signed(self, place: int) -> bool:
        mac = hmac.new(b"local-app-secret", self.bodies[place], hashlib.sha256).hexdigest()
        return self.signatures[place] == f"sha256={mac}"


class World:
    """The simulator behind its socket, a frozen clock and the listening webhook."""

    def __init__(self) -> None:
        self.clock = SimClock(NOW)
        self.webhook = Webhook()
        self._hook_server = HttpServer(self.webhook.app()).start()
        self.sim = InstagramSim(self.clock, f"{self._hook_server.url}/webhook")
        self._server = HttpServer(self.sim.app).start()
        bearer = {"Authorization": "Bearer local-access-token"}
        self.http = httpx.Client(base_url=self._server.url, headers=bearer, timeout=10)

    def reset(self) -> None:
        self.clock.reset()
        self.http.post("/_sim/reset").raise_for_status()
        for kept in (self.webhook.bodies, self.webhook.signatures, self.webhook.answers):
            kept.clear()

    def close(self) -> None:
        self.http.close()
        self.sim.webhooks.stop()
        self._server.stop()
        self._hook_server.stop()

    def control(self, path: str, **words: Any) -> Any:
        return self.http.post(f"/_sim/{path}", json=words).raise_for_status().json()

    def dm(self, name: str, text: str | None = None, **words: Any) -> dict[str, Any]:
        said = {"text": text} if text is not None else {}
        shown: dict[str, Any] = self.control("dm", **{"from": name}, **said, **words)
        return shown

    def send(self, igsid: str, text: str = "hi", **more: Any) -> httpx.Response:
        body = {"recipient": {"id": igsid}, "message": {"text": text}, **more}
        return self.http.post("/v25.0/me/messages", json=body)

    def faults(self, *items: dict[str, Any]) -> None:
        self.control("faults", next=list(items))

    def sent(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.http.get("/_sim/sent").json()
        return found


def refused(response: httpx.Response) -> tuple[int, int | None]:
    """The (code, subcode) of a refusal."""
    error = response.json()["error"]
    return error["code"], error.get("error_subcode")
