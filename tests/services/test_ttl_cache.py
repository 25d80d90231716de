"""One cache for what is read every few seconds."""

import threading
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from emulators.clock import SimClock
from services.ttl_cache import TtlCache

TTL = timedelta(seconds=5)


@pytest.fixture
def clock() -> SimClock:
    return SimClock(frozen_at=datetime(2026, 11, 2, 9, 0, tzinfo=UTC))


def test_a_value_is_read_once_until_it_is_too_old(clock: SimClock) -> None:
    cache, reads = TtlCache[str, int](clock=clock, ttl=TTL), count(1)
    assert cache.get("a", lambda: next(reads)) == 1
    clock.advance(4.9)
    assert cache.get("a", lambda: next(reads)) == 1
    clock.advance(0.1)
    assert cache.get("a", lambda: next(reads)) == 2


def test_each_key_has_its_own_value(clock: SimClock) -> None:
    cache = TtlCache[str, str](clock=clock, ttl=TTL)
    assert cache.get("a", lambda: "of a") == "of a"
    assert cache.get("b", lambda: "of b") == "of b"
    assert cache.get("a", lambda: "anew") == "of a"


def test_a_clock_that_went_back_keeps_nothing_of_the_future(clock: SimClock) -> None:
    cache, reads = TtlCache[str, int](clock=clock, ttl=TTL), count(1)
    cache.get("a", lambda: next(reads))
    clock.set(clock.now() - timedelta(hours=1))
    assert cache.get("a", lambda: next(reads)) == 2


def test_a_read_that_fails_keeps_nothing_and_loses_nothing(clock: SimClock) -> None:
    cache = TtlCache[str, int](clock=clock, ttl=TTL)
    cache.get("a", lambda: 1)
    clock.advance(6)
    with pytest.raises(ZeroDivisionError):
        cache.get("a", lambda: 1 // 0)
    assert cache.last("a") == 1
    assert cache.get("a", lambda: 2) == 2


def test_who_misses_while_another_reads_waits_for_nobody(clock: SimClock) -> None:
    cache, both = TtlCache[str, int](clock=clock, ttl=TTL), threading.Barrier(2, timeout=30)
    threads = [
        threading.Thread(target=cache.get, args=("a", lambda number=number: both.wait() or number))
        for number in (1, 2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert not both.broken
    assert cache.get("a", lambda: 3) in (1, 2)


@pytest.mark.parametrize("key", ["a", None])
def test_what_was_read_before_it_was_forgotten_is_not_kept(
    clock: SimClock, key: str | None
) -> None:
    cache, reads = TtlCache[str, int](clock=clock, ttl=TTL), count(1)

    def read() -> int:
        cache.forget(key)  # by another thread, while this one waits for the store
        return next(reads)

    assert cache.get("a", read) == 1
    assert cache.get("a", lambda: next(reads)) == 2


def test_a_younger_value_can_be_asked_for(clock: SimClock) -> None:
    cache, reads = TtlCache[str, int](clock=clock, ttl=TTL), count(1)
    cache.get("a", lambda: next(reads))
    clock.advance(1)
    assert cache.get("a", lambda: next(reads), within=timedelta(seconds=1)) == 2
