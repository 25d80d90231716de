"""Failures on demand: what happens to the next requests of each sort."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

Sort = Literal[
    "send", "action", "upload", "profile", "conversation", "account", "whatsapp", "spond"
]
Echo = Literal["before", "after", "twice", "never"]


@dataclass(frozen=True)
class Fault:
    """What happens to one request; the defaults are the ordinary course."""

    on: Sort = "send"
    code: int | None = None
    subcode: int | None = None
    status: int | None = None
    message: str | None = None
    apply: bool = False
    drop: bool = False
    delay_seconds: float = 0
    hold: str | None = None
    echo: Echo = "after"
    echo_delay_seconds: float = 0
    regain_minutes: int | None = None

    @property
    def fails(self) -> bool:
        """Whether the caller gets a failure in the end."""
        return self.drop or self.code is not None or self.status is not None


ORDINARY = Fault()


def parse_fault(item: Mapping[str, Any]) -> Fault:
    """Read one item of the control API; ValueError says what is wrong with it."""
    known = Fault.__dataclass_fields__
    unknown = sorted(set(item) - set(known) - {"times"})
    if unknown:
        raise ValueError(f"a fault has no {', '.join(unknown)}; it may have {', '.join(known)}")
    fault = Fault(**{key: value for key, value in item.items() if key != "times"})
    if fault.on not in get_args(Sort):
        raise ValueError(f"on must be one of {', '.join(get_args(Sort))}")
    if fault.echo not in get_args(Echo):
        raise ValueError(f"echo must be one of {', '.join(get_args(Echo))}")
    return fault


class Faults:
    """The faults that wait for their request, in order for each sort; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def add(self, items: list[Mapping[str, Any]]) -> None:
        """Append faults; `times` repeats one. Nothing is added when one of them is wrong."""
        parsed = [fault for item in items for fault in [parse_fault(item)] * item.get("times", 1)]
        with self._lock:
            self._waiting += parsed

    def take(self, on: Sort) -> Fault:
        """The next fault for this sort of request, or the ordinary course."""
        with self._lock:
            for index, fault in enumerate(self._waiting):
                if fault.on == on:
                    return self._waiting.pop(index)
        return ORDINARY

    def waiting(self) -> list[Fault]:
        """What is still to happen."""
        with self._lock:
            return list(self._waiting)

    def reset(self) -> None:
        """Forget them all."""
        with self._lock:
            self._waiting.clear()
