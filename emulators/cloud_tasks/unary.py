"""A gRPC service of unary methods, reachable alike through a socket and in process."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.message import DecodeError

from emulators.cloud_tasks.faults import Faults, refusal
from emulators.refused import Refused

Metadata = Sequence[tuple[str, str | bytes]]
_CALLER = re.compile(r"(?:^|\s)moca-([A-Za-z0-9_]+)")


@dataclass(frozen=True, slots=True)
class UnaryMethod:
    """`answer` takes the parsed request and the caller, and gives a raw response message."""

    request: Any
    answer: Callable[[Any, str], Any]


class Service:
    """Bytes in, bytes out; what cannot be answered is `Refused`."""

    def __init__(
        self,
        name: str,
        methods: Mapping[str, UnaryMethod],
        count: Callable[[str, str], None],
        faults: Faults,
    ) -> None:
        self.name, self.methods = name, methods
        self._count, self._faults = count, faults
        faults.serve(methods)

    def call(self, method: str, payload: bytes, metadata: Metadata) -> bytes:
        """Answer one request; `metadata` tells who asks."""
        known = self.methods.get(method)
        if known is None:
            raise Refused(grpc.StatusCode.UNIMPLEMENTED, f"{self.name}.{method} is not emulated.")
        caller = caller_of(metadata)
        self._count(caller, method)
        fault = self._faults.take(method, caller)
        if fault is not None and not fault.apply:
            raise refusal(fault)
        answer = known.answer(_parsed(known.request, payload), caller)
        if fault is not None:
            raise refusal(fault)
        return bytes(answer.SerializeToString())


def caller_of(metadata: Metadata) -> str:
    """The word after `moca-` in the client's user agent, else `other`."""
    for key, value in metadata:
        if key in {"user-agent", "x-goog-api-client"} and isinstance(value, str):
            found = _CALLER.search(value)
            if found:
                return found[1]
    return "other"


def _parsed(request: Any, payload: bytes) -> Any:
    try:
        return request.FromString(payload)
    except DecodeError as error:
        raise Refused(
            grpc.StatusCode.INVALID_ARGUMENT, "The request is not a valid message."
        ) from error
