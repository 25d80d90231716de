"""A threaded WSGI server on loopback, for the emulators that speak HTTP and for the gateway."""

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

WSGIApp = Callable[..., Iterable[bytes]]
_ANSWER = "emulators.answer"
#: How long a stopping server waits for an answer under way: a live feed notices after two seconds
#: that its reader has gone, and until then it asks a store that would be gone as well.
_LONGEST_WAIT_SECONDS = 4.0


class _Answer:
    """What an app answers; closed once, whoever closes it."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self._parts, self._open = parts, True

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._parts)

    def close(self) -> None:
        """Let go of its file, if it has one, and run what waits for the end."""
        if self._open:
            self._open = False
            getattr(self._parts, "close", lambda: None)()


class _Server(ThreadedWSGIServer):
    daemon_threads = True
    block_on_close = False
    answering: set[threading.Thread]


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"  # chunked streams; werkzeug still closes after each answer
    disable_nagle_algorithm = True  # otherwise each small answer waits 40 ms for an ACK

    def run_wsgi(self) -> None:
        """Answer, and close the answer even where the client has gone.

        Werkzeug reads what the client may still send before it closes, and does not come that
        far on a connection that was reset.
        """
        answering: set[threading.Thread] = self.server.answering  # type: ignore[attr-defined] # ours
        answering.add(threading.current_thread())
        try:
            super().run_wsgi()
        finally:
            answering.discard(threading.current_thread())
            answer = self.environ.get(_ANSWER)
            if answer is not None:
                answer.close()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: the functions log their own requests."""


class HttpServer:
    """Serves one app from a background thread; port 0 takes a free port."""

    def __init__(self, app: WSGIApp, port: int = 0, host: str = "127.0.0.1") -> None:
        self._server: Any = _Server(host, port, _kept(app), handler=_Handler)
        self._server.answering = set()
        self.port: int = self._server.server_port
        self.url = f"http://{host}:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def start(self) -> "HttpServer":
        """Begin to answer."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop answering, free the port, and leave no answer under way that can end soon."""
        self._server.shutdown()
        self._server.server_close()
        for answering in self._server.answering - {threading.current_thread()}:
            answering.join(_LONGEST_WAIT_SECONDS)


def _kept(app: WSGIApp) -> WSGIApp:
    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ[_ANSWER] = _Answer(app(environ, start_response))
        parts: Iterable[bytes] = environ[_ANSWER]
        return parts

    return answer
