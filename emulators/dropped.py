"""An answer that never comes: the connection is cut while the client waits."""

import socket
from collections.abc import Iterator

from flask import Response, request


def dropped_connection() -> Response:
    """Cut the current request's connection without a byte of an answer."""
    return Response(_cut(request.environ["werkzeug.socket"]))


def _cut(connection: socket.socket) -> Iterator[bytes]:
    connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionResetError("the simulator dropped this connection")
    yield b""  # unreachable: makes this a generator, so that nothing is sent before the cut
