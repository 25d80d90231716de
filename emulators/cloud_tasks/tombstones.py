"""Names that stay reserved for a while after what they named is gone."""

from collections import deque
from datetime import datetime, timedelta


class Tombstones:
    """Remembers a name for `hold` after it was buried."""

    def __init__(self, hold: timedelta) -> None:
        self._hold = hold
        self._until: dict[str, datetime] = {}
        self._order: deque[tuple[datetime, str]] = deque()

    def bury(self, name: str, now: datetime) -> None:
        """Reserve `name` from `now` on."""
        until = now + self._hold
        self._until[name] = until
        self._order.append((until, name))

    def holds(self, name: str, now: datetime) -> bool:
        """Whether `name` is still reserved; forgets on the way whatever is not."""
        self._forget(now)
        # A clock that was set back leaves names behind one that is reserved for longer.
        until = self._until.get(name)
        return until is not None and now < until

    def clear(self) -> None:
        """Release every name."""
        self._until.clear()
        self._order.clear()

    def _forget(self, now: datetime) -> None:
        while self._order and self._order[0][0] <= now:
            until, name = self._order.popleft()
            if self._until.get(name) == until:
                del self._until[name]
