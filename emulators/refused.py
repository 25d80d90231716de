"""The one way in which a gRPC emulator says no."""

from urllib.parse import quote

import grpc

LONGEST = 6_000
"""Bytes of a message on the wire: a client that gets more than 8 KB of them loses the code too."""

_KEPT = 200  # characters at either end, each twelve bytes on the wire at most


class Refused(Exception):
    """An answer with production's status code and a message of the same kind."""

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = _shortened(message)

    def __reduce__(self) -> tuple[type["Refused"], tuple[grpc.StatusCode, str]]:
        return Refused, (self.code, self.message)


def _shortened(message: str) -> str:
    if len(quote(message)) <= LONGEST:
        return message
    return f"{message[:_KEPT]} […] {message[-_KEPT:]}"
