"""The one way in which a gRPC emulator says no."""

import grpc


class Refused(Exception):  # noqa: N818 (it is an answer of the service, not a fault of ours)
    """An answer with production's status code and a message of the same kind."""

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
