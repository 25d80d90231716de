"""What was read a moment ago, kept so that it need not be read again."""

import threading
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from services.ports import Clock

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class TtlCache(Generic[K, V]):
    """Values by key, each at most `ttl` old; safe for threads.

    Nothing is held while a value is read: whoever misses meanwhile reads as well. What was read
    before it was forgotten is not kept, nor what a clock that went back takes to be of the future.
    """

    def __init__(self, *, clock: Clock, ttl: timedelta) -> None:
        self._clock = clock
        self._ttl = ttl
        self._lock = threading.Lock()
        self._kept: dict[K, tuple[datetime, V]] = {}
        self._forgotten = 0  # how often anything was

    def get(self, key: K, read: Callable[[], V], within: timedelta | None = None) -> V:
        """The value that is kept, or else what `read` answers; raises as `read` does.

        `within` asks for one that is younger than `ttl` already suffices for.
        """
        now = self._clock.now()
        with self._lock:
            kept, forgotten = self._kept.get(key), self._forgotten
        if kept is not None and timedelta(0) <= now - kept[0] < (within or self._ttl):
            return kept[1]
        value = read()
        with self._lock:
            if self._forgotten == forgotten:
                self._kept[key] = (now, value)
        return value

    def last(self, key: K) -> V | None:
        """What was read last, however old; None where nothing was."""
        with self._lock:
            kept = self._kept.get(key)
        return kept[1] if kept else None

    def forget(self, key: K | None = None) -> None:
        """Read it anew at the next question, or everything."""
        with self._lock:
            self._forgotten += 1
            if key is None:
                self._kept.clear()
            else:
                self._kept.pop(key, None)
