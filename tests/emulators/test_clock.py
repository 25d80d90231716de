"""The one clock: what a reset undoes."""

from datetime import UTC, datetime, timedelta

from emulators.clock import SimClock

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)


def test_a_reset_brings_a_frozen_clock_back_to_where_it_began_and_tells_of_it() -> None:
    clock, told = SimClock(frozen_at=BEGAN), list[datetime]()
    clock.set(BEGAN - timedelta(days=1))
    clock.advance(60)
    clock.on_move(lambda: told.append(clock.now()))
    clock.reset()
    assert told == [BEGAN]


def test_a_reset_takes_a_running_clock_back_to_the_machines() -> None:
    clock = SimClock()
    clock.advance(3600)
    clock.reset()
    assert abs(clock.now() - SimClock().now()) < timedelta(minutes=1)
