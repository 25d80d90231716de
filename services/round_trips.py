"""How many calls to Firestore and Cloud Tasks a request makes, for its log line."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Tally:
    """The calls of one request; whoever runs for it in another thread shares it."""

    def __init__(self) -> None:
        self.calls = 0


_current: ContextVar[Tally | None] = ContextVar("round_trips", default=None)


@contextmanager
def counted() -> Iterator[Tally]:
    """Count what is called within."""
    tally = Tally()
    token = _current.set(tally)
    try:
        yield tally
    finally:
        _current.reset(token)


def one() -> None:
    """A call is made; outside of a request nobody counts."""
    tally = _current.get()
    if tally is not None:
        tally.calls += 1
