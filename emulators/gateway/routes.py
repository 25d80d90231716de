"""The gateway's dispatcher: by the first segment of the path, without redirects."""

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from emulators.http import WSGIApp

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class Routes:
    """A WSGI app of apps; each sees its path without the prefix, which goes to SCRIPT_NAME."""

    def __init__(self) -> None:
        self._apps: dict[str, WSGIApp] = {}
        self._aliases: dict[str, WSGIApp] = {}

    def mount(self, prefix: str, app: WSGIApp) -> None:
        """Send `/prefix` and everything below it to `app`; the prefix "" takes what is left."""
        self._apps[prefix] = app

    def alias(self, prefix: str, app: WSGIApp) -> None:
        """Send `/prefix` and everything below it to `app`, which sees the whole path."""
        self._aliases[prefix] = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request; 503 while nothing is mounted that could."""
        path: str = environ.get("PATH_INFO") or "/"
        prefix, _, rest = path.removeprefix("/").partition("/")
        if prefix in self._apps and prefix:
            environ["SCRIPT_NAME"] = f"{environ.get('SCRIPT_NAME', '')}/{prefix}"
            environ["PATH_INFO"] = f"/{rest}"
            return self._apps[prefix](environ, start_response)
        if prefix in self._aliases:
            return self._aliases[prefix](environ, start_response)
        if "" in self._apps:
            return self._apps[""](environ, start_response)
        start_response("503 Service Unavailable", [("Content-Type", "text/plain")])
        return [b"starting"]


class OwnPagesOnly:
    """Keeps web pages of other origins, which a browser may have open, from steering this one."""

    def __init__(self, app: WSGIApp) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer what comes from this machine's own pages or from no page at all, else 403."""
        host: str = environ.get("HTTP_HOST", "")
        origin: str | None = environ.get("HTTP_ORIGIN")
        own = origin is None or origin == f"{environ['wsgi.url_scheme']}://{host}"
        if own and urlsplit(f"//{host}").hostname in _LOOPBACK:
            return self._app(environ, start_response)
        start_response("403 Forbidden", [("Content-Type", "application/json")])
        return [json.dumps({"error": "only this machine's own pages may do this"}).encode()]
