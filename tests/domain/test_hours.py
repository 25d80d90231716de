"""Business hours, day by day."""

from datetime import UTC, datetime

import pytest

from services.domain.hours import week

WEEK = "mo-fr 09:00-12:00, 13:00-18:00; sa 10:00-14:00"


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "opens_at"),
    [
        ("2026-11-02 07:59", "2026-11-02 08:00"),  # Berlin is an hour ahead in winter
        ("2026-11-02 08:00", "2026-11-02 08:00"),
        ("2026-11-02 11:30", "2026-11-02 12:00"),  # noon
        ("2026-11-02 17:00", "2026-11-03 08:00"),  # the end is not open any more
        ("2026-11-06 17:30", "2026-11-07 09:00"),  # Friday evening
        ("2026-11-07 13:00", "2026-11-09 08:00"),  # Saturday afternoon
        ("2026-12-24 18:00", "2026-12-28 08:00"),  # two holidays and a Sunday
        ("2026-07-06 06:59", "2026-07-06 07:00"),  # two hours ahead in summer
    ],
)
def test_when_it_opens(now: str, opens_at: str) -> None:
    berlin = week(WEEK, "2026-12-25, 2026-12-26", "Europe/Berlin")
    assert berlin is not None
    assert berlin.opens_at(_utc(now)) == _utc(opens_at)


@pytest.mark.parametrize("weekly", ["", "whenever", "mo-xx 09:00-18:00", "mo 18:00-09:00"])
def test_what_says_no_hours_is_always_open(weekly: str) -> None:
    assert week(weekly, "", "Europe/Berlin") is None


def test_hours_over_the_weekend_go_round_the_week() -> None:
    bar = week("fr-mo 18:00-24:00", "", "UTC")
    assert bar is not None
    assert bar.opens_at(_utc("2026-11-03 10:00")) == _utc("2026-11-06 18:00")
    assert bar.opens_at(_utc("2026-11-02 23:59")) == _utc("2026-11-02 23:59")


def test_an_unknown_zone_is_taken_for_utc() -> None:
    odd = week("mo 09:00-10:00", "", "Mars/Olympus")
    assert odd is not None
    assert odd.opens_at(_utc("2026-11-02 08:00")) == _utc("2026-11-02 09:00")
