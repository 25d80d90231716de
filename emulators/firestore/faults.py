"""Failures on demand: what Firestore may do to any call, done to the calls that a test names."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import grpc

from emulators.refused import Refused

#: Every call that can be made to fail; a listener lives on, whatever its connection does.
RPCS = (
    "GetDocument", "ListDocuments", "ListCollectionIds", "CreateDocument", "UpdateDocument",
    "DeleteDocument", "BeginTransaction", "Commit", "Rollback", "BatchWrite", "PartitionQuery",
    "BatchGetDocuments", "RunQuery", "RunAggregationQuery",
)  # fmt: skip


@dataclass(slots=True)
class Fault:
    """One order to fail.

    `apply` lets the call take effect before it fails: the answer that is lost on the way. A fault
    without a code only delays.
    """

    rpc: str | None = None
    code: grpc.StatusCode | None = None
    message: str = ""
    times: int = 1
    apply: bool = False
    delay_seconds: float = 0.0
    caller: str | None = None

    def meets(self, rpc: str, caller: str) -> bool:
        """Whether it is meant for this call."""
        return self.rpc in {None, rpc} and self.caller in {None, caller}

    def raise_before(self) -> None:
        """Fail before the call has any effect, if that is what was ordered."""
        if not self.apply:
            self._raise()

    def raise_after(self) -> None:
        """Fail after the call has taken effect, if that is what was ordered."""
        if self.apply:
            self._raise()

    def _raise(self) -> None:
        if self.code is not None:
            raise Refused(self.code, self.message or f"{self.code.name} on demand.")


class Faults:
    """The failures still to come, in the order in which they were asked for; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending: list[Fault] = []

    def add(self, wanted: Mapping[str, Any]) -> None:
        """Order a failure.

        Args:
            wanted: `rpc` (as in `Commit`, every one by default), `code` (as in `ABORTED`),
                `times` (1), `apply` (false), `delay_seconds` (0), `caller` (every one),
                `message`.

        Raises:
            ValueError: an unknown name, RPC or code, or a value of another type.
        """
        fault = _parse(dict(wanted))
        with self._lock:
            self._pending.append(fault)

    def take(self, rpc: str, caller: str) -> Fault | None:
        """The failure meant for this call, used up by one."""
        if not self._pending:
            return None
        with self._lock:
            for fault in self._pending:
                if fault.meets(rpc, caller):
                    fault.times -= 1
                    if fault.times <= 0:
                        self._pending.remove(fault)
                    return fault
        return None

    def clear(self) -> None:
        """Forget every order."""
        with self._lock:
            self._pending.clear()


_CODES = grpc.StatusCode.__members__.keys() - {"OK"}
_TYPES: dict[str, tuple[type, ...]] = {
    "rpc": (str, type(None)),
    "message": (str,),
    "times": (int,),
    "apply": (bool,),
    "delay_seconds": (int, float),
    "caller": (str, type(None)),
}


def _parse(wanted: dict[str, Any]) -> Fault:
    code = wanted.pop("code", None)
    unknown = wanted.keys() - Fault.__slots__
    if unknown:
        raise ValueError(f"A fault has no {', '.join(sorted(unknown))}.")
    for name, value in wanted.items():
        if type(value) not in _TYPES[name]:
            raise ValueError(f"A fault's {name} cannot be {value!r}.")
    if wanted.get("rpc") not in {None, *RPCS}:
        raise ValueError(f"No fault meets {wanted['rpc']!r}: the RPCs are {', '.join(RPCS)}.")
    if code is not None and str(code) not in _CODES:
        raise ValueError(
            f"{code!r} is no gRPC status code of a failure: those are {', '.join(sorted(_CODES))}."
        )
    return Fault(**wanted, code=None if code is None else grpc.StatusCode[code])
