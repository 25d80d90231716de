"""One HTTP request to a worker, which can be cut off from another thread."""

import logging
import socket
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import SplitResult, quote, urlsplit

from emulators.cloud_tasks.attempt import Attempt

DEADLINE_EXCEEDED = 504
_LOG = logging.getLogger(__name__)
_LONGEST_WAIT = 31 * 86_400.0  # seconds: no task lives longer
_AS_IT_IS = "%/:=&?~#+!$,;'@()*[]"


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` is None if the worker gave no answer; `retry_after` is the raw header."""

    status: int | None
    retry_after: str | None = None


class Exchange:
    """Sends one attempt; `cut` ends it early, which counts as the deadline's 504."""

    def __init__(self, attempt: Attempt, authorization: str | None, timeout: float) -> None:
        self._attempt, self._authorization = attempt, authorization
        self._url = urlsplit(attempt.url)
        self._timeout = timeout
        self._cut = threading.Event()
        self._socket: socket.socket | None = None

    def run(self) -> Answer:
        """Send, wait for the whole answer, and give its status; never raises for the network."""
        connection = _connection(self._url, self._timeout)
        try:
            return self._answered(connection)
        except (OSError, HTTPException, UnicodeError) as error:
            if self._cut.is_set() or isinstance(error, TimeoutError):
                return Answer(DEADLINE_EXCEEDED)
            _LOG.info("no answer from %s: %r", self._attempt.url, error)
            return Answer(None)
        finally:
            connection.close()

    def cut(self) -> None:
        """Stop listening; the worker may not notice. Safe from any thread, at any time."""
        self._cut.set()
        if self._socket is not None:
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError as error:
                _LOG.debug("the connection was closed already: %r", error)

    def _answered(self, connection: HTTPConnection) -> Answer:
        connection.connect()
        self._socket = connection.sock
        if self._cut.is_set():
            return Answer(DEADLINE_EXCEEDED)
        connection.request(
            self._attempt.method, _target(self._url), self._attempt.body or None, self._headers()
        )
        response: HTTPResponse = connection.getresponse()
        response.read()
        if self._cut.is_set():
            return Answer(DEADLINE_EXCEEDED)
        return Answer(response.status, response.headers.get("Retry-After"))

    def _headers(self) -> dict[str, str]:
        headers = dict(self._attempt.headers)
        if self._authorization is not None:
            headers = {k: v for k, v in headers.items() if k.lower() != "authorization"}
            headers["Authorization"] = self._authorization
        return headers


def seconds_to_wait(retry_after: str | None, now: datetime) -> float | None:
    """What a Retry-After header asks for, as seconds from `now`; None if it says nothing usable."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return min(float(text), _LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        _LOG.info("unreadable Retry-After: %r", text)
        return None
    aware = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return min(max(0.0, (aware - now).total_seconds()), _LONGEST_WAIT)


def _connection(url: SplitResult, timeout: float) -> HTTPConnection:
    kind = HTTPSConnection if url.scheme == "https" else HTTPConnection
    return kind(url.hostname or "", url.port, timeout=timeout)


def _target(url: SplitResult) -> str:
    path = quote(url.path, safe=_AS_IT_IS) or "/"
    return f"{path}?{quote(url.query, safe=_AS_IT_IS)}" if url.query else path
