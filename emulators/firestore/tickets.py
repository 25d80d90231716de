"""The answer to an operation that may have to wait for locks."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Callback = Callable[[], None]


class Ticket(Generic[T]):
    """An answer that is there at once or later; the engine never blocks, whoever asked waits.

    `done` never goes back. A ticket is settled under the engine's lock, so its callbacks must
    only signal: set an event, wake a loop.
    """

    __slots__ = ("_callback", "_failure", "_value", "done")

    def __init__(self) -> None:
        self.done = False
        self._value: T | None = None
        self._failure: BaseException | None = None
        self._callback: Callback | None = None

    def result(self) -> T:
        """The answer, or its exception raised; only for a ticket that is done."""
        if not self.done:
            raise RuntimeError("the ticket still waits: wait for it before asking for its result")
        if self._failure is not None:
            raise self._failure
        return self._value  # type: ignore[return-value]  # settled: the value is a T, even None

    def settle(self, work: Callable[[], T]) -> None:
        """Do the work now and keep what it returns or raises."""
        try:
            self._value = work()
        except Exception as failure:  # noqa: BLE001 (kept: `result` raises it to whoever asked)
            self._failure = failure
        self._finish()

    def fail(self, failure: BaseException) -> None:
        """Settle with an exception."""
        self._failure = failure
        self._finish()

    def when_done(self, callback: Callback) -> None:
        """Have `callback` called once the answer is there: at once when it is there already."""
        if self.done:
            callback()
        else:
            self._callback = callback

    def _finish(self) -> None:
        self.done = True
        if self._callback is not None:
            self._callback()


class Gathered(Ticket[T]):
    """One answer made of several: what `work` returns once all of `parts` are done."""

    __slots__ = ("_missing", "_work", "parts")

    def __init__(self, parts: Sequence[Ticket[Any]], work: Callable[[], T]) -> None:
        super().__init__()
        self.parts = parts
        self._work = work
        self._missing = len(parts)
        for part in parts:
            part.when_done(self._one_more)
        if not parts:
            self.settle(work)

    def _one_more(self) -> None:
        self._missing -= 1
        if self._missing == 0:
            self.settle(self._work)


def answered(value: T) -> Ticket[T]:
    """A ticket that is done, with this value."""
    ticket = Ticket[T]()
    ticket.settle(lambda: value)
    return ticket
