"""Instagram, WhatsApp and Spond as one app with one clock."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, jsonify, request

from emulators.clock import SimClock
from emulators.instagram.control import control_routes
from emulators.instagram.core import Core, Identity
from emulators.instagram.graph import graph_routes
from emulators.instagram.media import media_routes
from emulators.instagram.outbox import Outbox
from emulators.instagram.people import igsid_of
from emulators.instagram.spond import Spond, spond_routes
from emulators.instagram.whatsapp import WhatsApp, whatsapp_routes

_VERSION = re.compile(r"^/v\d+\.\d+(?=/)")

LOCAL = Identity(
    "17841400000000001", "local-app-secret", "local-verify-token", "local-access-token"
)

_Wsgi = Callable[..., Iterable[bytes]]


class InstagramSim:
    """The simulated platform: `app` is served by anyone, `webhooks` delivers or is pumped."""

    def __init__(
        self,
        clock: SimClock,
        webhook_url: str,
        *,
        account_id: str = LOCAL.account_id,
        app_secret: str = LOCAL.app_secret,
        verify_token: str = LOCAL.verify_token,
        access_token: str = LOCAL.access_token,
        whatsapp: WhatsApp | None = None,
        spond: Spond | None = None,
    ) -> None:
        identity = Identity(account_id, app_secret, verify_token, access_token)
        self.core = Core(clock, webhook_url, identity)
        self.whatsapp = whatsapp or _local_whatsapp()
        self.spond = spond or Spond("local@example.com", "local-spond-password")
        self.app = self._build_app()

    @property
    def webhooks(self) -> Outbox:
        """The outbox of signed webhook deliveries."""
        return self.core.outbox

    @staticmethod
    def igsid(name: str) -> str:
        """The Instagram-scoped id that a name maps to."""
        return igsid_of(name)

    def reset(self) -> None:
        """Forget every person, message, fault and delivery."""
        self.core.reset()
        with self.core.lock:
            self.whatsapp.reset()
            self.spond.reset()

    def _build_app(self) -> Flask:
        app = Flask("emulators.instagram")
        app.register_blueprint(control_routes(self.core, self.reset))
        app.register_blueprint(whatsapp_routes(self.core, self.whatsapp))
        app.register_blueprint(spond_routes(self.core, self.spond))
        app.register_blueprint(media_routes(self.core))
        app.register_blueprint(graph_routes(self.core))
        app.register_error_handler(404, _unknown_path)
        app.wsgi_app = _Unversioned(app.wsgi_app)  # type: ignore[method-assign]  # Flask's own way to wrap an app
        return app


class _Unversioned:
    """Takes the API's version off the path: every version answers alike."""

    def __init__(self, app: _Wsgi) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["PATH_INFO"] = _VERSION.sub("", environ["PATH_INFO"])
        return self._app(environ, start_response)


def _local_whatsapp() -> WhatsApp:
    return WhatsApp("100000000000001", "491700000000", "local-whatsapp-token")


def _unknown_path(_: Exception) -> tuple[Response, int]:
    words = f"Unknown path components: {request.path}"
    return jsonify({"error": {"message": words, "type": "OAuthException", "code": 2500}}), 404
