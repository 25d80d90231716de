"""What each caller cost: round trips, and documents as Firestore bills them."""

import re
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from functools import lru_cache

OTHER = "other"
"""The caller of whom nothing is known."""

_CALLER = re.compile(r"\bmoca-([a-z0-9_]+)")


@dataclass(slots=True)
class Usage:
    """One caller's operations since the last `clear`."""

    round_trips: int = 0
    reads: int = 0
    writes: int = 0
    deletes: int = 0
    listens: int = 0
    rpcs: dict[str, int] = field(default_factory=dict)


class Counts:
    """Usage by caller; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._callers: dict[str, Usage] = {}

    def rpc(self, caller: str, method: str) -> None:
        """Count one round trip."""
        with self._lock:
            usage = self._of(caller)
            usage.round_trips += 1
            usage.rpcs[method] = usage.rpcs.get(method, 0) + 1

    def add(
        self, caller: str, *, reads: int = 0, writes: int = 0, deletes: int = 0, listens: int = 0
    ) -> None:
        """Count documents read, written and deleted, and listeners opened."""
        with self._lock:
            usage = self._of(caller)
            usage.reads += reads
            usage.writes += writes
            usage.deletes += deletes
            usage.listens += listens

    def snapshot(self) -> dict[str, dict[str, object]]:
        """Each caller's counts so far, ready for JSON."""
        with self._lock:
            return {caller: asdict(usage) for caller, usage in self._callers.items()}

    def clear(self) -> None:
        """Start again from nothing."""
        with self._lock:
            self._callers.clear()

    def _of(self, caller: str) -> Usage:
        if caller not in self._callers:
            self._callers[caller] = Usage()
        return self._callers[caller]


def caller_in(metadata: Iterable[tuple[str, str | bytes]]) -> str:
    """The word after `moca-` in the client's user agent, or `other`."""
    for key, value in metadata:
        if key in {"user-agent", "x-goog-api-client"} and isinstance(value, str):
            found = _named(value)
            if found is not None:
                return found
    return OTHER


@lru_cache(maxsize=1024)
def _named(agent: str) -> str | None:
    """The caller named in one header; clients repeat theirs with every call."""
    found = _CALLER.search(agent)
    return found[1] if found else None
