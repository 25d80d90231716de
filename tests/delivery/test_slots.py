"""Slots never come closer than the rate, whoever leases them and when."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from services.domain import slots

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("per_second", [0.05, 0.5, 1, 3, 10, 33, 80])
def test_leases_at_any_moments_never_come_closer_than_the_rate(per_second: float) -> None:
    chance = random.Random(6)  # noqa: S311 (a repeatable shuffle)
    now, next_ms = NOW, 0
    leased: list[datetime] = []
    for _ in range(200):
        lease = slots.lease(next_ms, now, per_second)
        next_ms = lease.next_ms
        leased += lease.slots
        assert min(lease.slots) >= now
        now += timedelta(seconds=chance.uniform(0, 2 / per_second))
    least = timedelta(milliseconds=int(1000 / per_second))
    assert all(b - a >= least for a, b in pairwise(leased))


@pytest.mark.parametrize("setting", [0, 0.1, 3, 12, 80, 100, 10_000])
def test_no_second_sees_more_than_meta_allows(setting: float) -> None:
    rate = slots.rate(setting)
    assert rate > 0
    assert rate * (1 + slots.grace(rate).total_seconds()) <= 100


def test_at_the_default_a_second_sees_at_most_four() -> None:
    assert 3 * (1 + slots.grace(3).total_seconds()) == pytest.approx(4)


def test_a_slot_is_forfeited_a_step_after_its_instant() -> None:
    assert not slots.late(NOW, NOW + timedelta(milliseconds=300), 3)
    assert slots.late(NOW, NOW + timedelta(milliseconds=334), 3)


def test_an_account_that_is_slowed_keeps_a_quarter() -> None:
    assert slots.rate(3, slowed=True) == 0.75
