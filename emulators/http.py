"""A threaded WSGI server on loopback, for the emulators that speak HTTP and for the gateway."""

import threading
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

WSGIApp = Callable[..., Iterable[bytes]]


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"  # chunked streams; werkzeug still closes after each answer
    disable_nagle_algorithm = True  # otherwise each small answer waits 40 ms for an ACK

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: the functions log their own requests."""


class HttpServer:
    """Serves one app from a background thread; port 0 takes a free port."""

    def __init__(self, app: WSGIApp, port: int = 0, host: str = "127.0.0.1") -> None:
        self._server: Any = ThreadedWSGIServer(host, port, app, handler=_Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.port: int = self._server.server_port
        self.url = f"http://{host}:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def start(self) -> "HttpServer":
        """Begin to answer."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop answering and free the port."""
        self._server.shutdown()
        self._server.server_close()
