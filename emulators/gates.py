"""Stops a request in the middle until a test lets it go: no sleeping, no guessing."""

import threading
from collections import Counter


class Gates:
    """Named gates; each release lets one request through, whichever came first.

    A request that nobody releases within `limit_seconds` (real time) fails with TimeoutError, so
    that a forgotten gate is a failing test and not a hanging one.
    """

    def __init__(self, limit_seconds: float = 10) -> None:
        self._limit = limit_seconds
        self._changed = threading.Condition()
        self._standing: Counter[str] = Counter()
        self._passes: Counter[str] = Counter()
        self._epoch = 0

    def hold(self, name: str) -> None:
        """Stand at the gate until it is released or everything is reset."""
        with self._changed:
            epoch = self._epoch
            self._standing[name] += 1
            self._changed.notify_all()
            freed = self._changed.wait_for(lambda: self._may_pass(name, epoch), self._limit)
            if self._epoch == epoch:
                self._standing[name] -= 1
                self._passes[name] -= 1 if freed else 0
        if not freed:
            raise TimeoutError(f"nobody released the hold {name!r} within {self._limit} s")

    def release(self, name: str) -> None:
        """Let one request through: the one that stands there, or the next to come."""
        with self._changed:
            self._passes[name] += 1
            self._changed.notify_all()

    def wait_for(self, name: str, timeout_seconds: float = 10) -> bool:
        """Wait until a request stands at the gate; False when none came in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._standing[name] > 0, timeout_seconds)

    def standing(self) -> dict[str, int]:
        """How many requests stand at each gate."""
        with self._changed:
            return {name: count for name, count in self._standing.items() if count}

    def reset(self) -> None:
        """Let everything through and forget every release."""
        with self._changed:
            self._epoch += 1
            self._standing.clear()
            self._passes.clear()
            self._changed.notify_all()

    def _may_pass(self, name: str, epoch: int) -> bool:
        return self._passes[name] > 0 or self._epoch != epoch
