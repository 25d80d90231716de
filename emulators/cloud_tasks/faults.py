"""Answers gone wrong on demand: the next call of an RPC fails, before or after its effect."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import grpc

from emulators.refused import Refused


@dataclass(slots=True)
class Fault:
    """Fails `times` calls of `rpc` (of one caller, or of all)."""

    rpc: str
    code: grpc.StatusCode
    times: int = 1
    apply: bool = False
    """Whether the call takes effect before it fails."""
    caller: str = ""


class Faults:
    """The faults still to come, in the order in which they were added; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []
        self._rpcs: tuple[str, ...] = ()

    def serve(self, rpcs: Iterable[str]) -> None:
        """These are the calls that there are: a fault for any other one is refused."""
        self._rpcs = tuple(rpcs)

    def add(self, wanted: Mapping[str, Any]) -> None:
        """`{"rpc": "CreateTask", "code": "UNAVAILABLE", "times", "apply", "caller"}`.

        ValueError says what is wrong.
        """
        code = grpc.StatusCode.__members__.get(str(wanted.get("code")), grpc.StatusCode.OK)
        if code is grpc.StatusCode.OK or "rpc" not in wanted:
            raise ValueError("a fault names an rpc and the gRPC status code of a failure")
        rest = {name: value for name, value in wanted.items() if name != "code"}
        for name, value in rest.items():
            if type(value) is not _TYPES.get(name):
                raise ValueError(f"a fault cannot have {name} {value!r}")
        if rest["rpc"] not in self._rpcs:
            raise ValueError(f"a fault names one of the RPCs {', '.join(self._rpcs)}")
        fault = Fault(code=code, **rest)
        with self._lock:
            self._waiting.append(fault)

    def take(self, rpc: str, caller: str) -> Fault | None:
        """The fault that this call meets, if any; it is used up by so much."""
        with self._lock:
            for fault in self._waiting:
                if fault.rpc == rpc and fault.caller in {"", caller}:
                    fault.times -= 1
                    if fault.times <= 0:
                        self._waiting.remove(fault)
                    return fault
        return None

    def clear(self) -> None:
        """Nothing fails any more."""
        with self._lock:
            self._waiting.clear()


_TYPES = {"rpc": str, "times": int, "apply": bool, "caller": str}


def refusal(fault: Fault) -> Refused:
    """What the client sees."""
    return Refused(fault.code, "A fault on demand.")
