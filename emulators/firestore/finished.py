"""Calls that were over when they returned, in the shape in which gRPC hands calls out."""

from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import grpc

from emulators.refused import Refused


class Finished(grpc.Call):
    """A call that succeeded."""

    def code(self) -> grpc.StatusCode:
        """The status."""
        return grpc.StatusCode.OK

    def details(self) -> str:
        """The message of the status."""
        return ""

    def initial_metadata(self) -> tuple[()]:
        """Nothing."""
        return ()

    def trailing_metadata(self) -> tuple[()]:
        """Nothing."""
        return ()

    def is_active(self) -> bool:
        """It is over."""
        return False

    def time_remaining(self) -> float:
        """Nothing is left to wait for."""
        return 0.0

    def cancel(self) -> bool:
        """Too late."""
        return False

    def add_callback(self, callback: Callable[[], None]) -> bool:  # noqa: ARG002 (gRPC's own)
        """Too late."""
        return False


class FinishedStream(Finished):
    """A call that succeeded with several responses."""

    def __init__(self, responses: Iterator[Any]) -> None:
        self._responses = responses

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        return next(self._responses)


class CallError(grpc.RpcError, Finished):  # type: ignore[misc]  # as gRPC's own errors do
    """A call that was refused; interceptors ask it for its result, which it raises."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.message)
        self._refused = refused

    def code(self) -> grpc.StatusCode:
        """The status."""
        return self._refused.code

    def details(self) -> str:
        """The message of the status."""
        return self._refused.message

    def result(self, timeout: float | None = None) -> NoReturn:  # noqa: ARG002 (gRPC's own)
        """Raise this error."""
        raise self
