"""The one clock of the local run: real time plus an offset, or frozen until it is moved."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class SimClock:
    """What every emulator and every local function reads; thread-safe.

    Given `frozen_at`, time stands still until it is moved: tests own it. Otherwise it runs with
    the machine's clock plus whatever it was advanced by.
    """

    def __init__(self, frozen_at: datetime | None = None) -> None:
        self._lock = threading.Lock()
        self._begins_at = self._frozen_at = frozen_at
        self._offset = timedelta(0)
        self._listeners: list[Callable[[], None]] = []

    @property
    def frozen(self) -> bool:
        """Whether time moves only by `advance` and `set`."""
        return self._frozen_at is not None

    def now(self) -> datetime:
        """The instant, aware and in UTC."""
        with self._lock:
            return self._now()

    def advance(self, seconds: float) -> None:
        """Move by so many seconds, then tell the listeners."""
        with self._lock:
            self._move(timedelta(seconds=seconds))
        self._tell()

    def set(self, now: datetime) -> None:
        """Move to an instant, then tell the listeners."""
        with self._lock:
            self._move(now.astimezone(UTC) - self._now())
        self._tell()

    def reset(self) -> None:
        """Undo every move: back to where it began, or to the machine's clock; tell the listeners.

        Whoever remembers instants must forget them too.
        """
        with self._lock:
            self._frozen_at, self._offset = self._begins_at, timedelta(0)
        self._tell()

    def pause(self, seconds: float) -> None:
        """Sleep for real time where time is real; a frozen clock returns at once."""
        if not self.frozen:
            time.sleep(seconds)

    def on_move(self, listener: Callable[[], None]) -> None:
        """Have `listener` called after each move, on the thread that moved the clock."""
        self._listeners.append(listener)

    def _now(self) -> datetime:
        if self._frozen_at is not None:
            return self._frozen_at
        return datetime.fromtimestamp(time.time(), UTC) + self._offset  # noqa: TID251 (the clock)

    def _move(self, by: timedelta) -> None:
        if self._frozen_at is not None:
            self._frozen_at += by
        else:
            self._offset += by

    def _tell(self) -> None:
        for listener in list(self._listeners):
            listener()
