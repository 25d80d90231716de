"""What the model answers next, given by a test, in order."""

import threading
from collections.abc import Mapping, Sequence
from typing import Any

_KEYS = frozenset({
    "calls", "text", "thought", "status", "message", "retry_after", "finish", "block", "raw",
    "usage", "signature", "drop", "empty", "delay_seconds", "hold", "on", "times",
})  # fmt: skip

Reply = Mapping[str, Any]


class Script:
    """A queue of replies; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Reply] = []

    def add(self, replies: Sequence[Reply]) -> None:
        """Append replies; ValueError for a word that means nothing, and nothing is added."""
        for reply in replies:
            if unknown := sorted(set(reply) - _KEYS):
                raise ValueError(f"a reply has no {', '.join(unknown)}")
        with self._lock:
            self._waiting += [reply for reply in replies for _ in range(reply.get("times", 1))]

    def take(self, on: str) -> Reply | None:
        """The next reply for `generate` or `embed`; None when the rules answer."""
        with self._lock:
            for index, reply in enumerate(self._waiting):
                if reply.get("on", "generate") == on:
                    return self._waiting.pop(index)
        return None

    def waiting(self) -> list[Reply]:
        """What is still to be said."""
        with self._lock:
            return list(self._waiting)

    def reset(self) -> None:
        """Leave everything to the rules."""
        with self._lock:
            self._waiting.clear()
