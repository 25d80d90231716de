"""What was asked of the emulator, by caller: the measure that benchmarks read."""

import threading
from collections import Counter
from typing import Any


class Counts:
    """Thread-safe tallies; `snapshot` is JSON-able."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._callers: dict[str, Counter[str]] = {}
        self._rpcs: Counter[str] = Counter()
        self._dispatched: Counter[str] = Counter()

    def rpc(self, caller: str, method: str) -> None:
        """One round trip of `caller`."""
        with self._lock:
            self._rpcs[method] += 1
            self._callers.setdefault(caller, Counter())["round_trips"] += 1

    def created(self, caller: str) -> None:
        """One task that `caller` created."""
        with self._lock:
            self._callers.setdefault(caller, Counter())["tasks"] += 1

    def dispatched(self, queue_id: str) -> None:
        """One attempt sent from a queue."""
        with self._lock:
            self._dispatched[queue_id] += 1

    def snapshot(self) -> dict[str, Any]:
        """`{"callers": {caller: {round_trips, tasks}}, "rpcs": {…}, "dispatched": {queue: n}}`."""
        with self._lock:
            callers = {
                caller: {"round_trips": tally["round_trips"], "tasks": tally["tasks"]}
                for caller, tally in self._callers.items()
            }
            return {
                "callers": callers,
                "rpcs": dict(self._rpcs),
                "dispatched": dict(self._dispatched),
            }

    def clear(self) -> None:
        """Start again from nothing."""
        with self._lock:
            self._callers.clear()
            self._rpcs.clear()
            self._dispatched.clear()
