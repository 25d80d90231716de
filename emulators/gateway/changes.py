"""Wakes whoever looks on when something changed; costs nothing while nothing does."""

import threading


class Changes:
    """A count of changes that can be waited for; `note` never blocks for long."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._count = 0

    def note(self) -> None:
        """Something changed."""
        with self._condition:
            self._count += 1
            self._condition.notify_all()

    def beyond(self, count: int, timeout_seconds: float) -> int:
        """The count as soon as it is beyond `count`, or what it is when the time is over."""
        with self._condition:
            self._condition.wait_for(lambda: self._count > count, timeout_seconds)
            return self._count
