"""A bad value in the store stops no answers: the setting keeps what it was."""

import math
from typing import Any

import pytest

from services.domain.operation import OperatingSettings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("delay_min_seconds", math.nan),
        ("delay_max_seconds", math.inf),
        ("claim_seconds", -0.5),
        ("cooldown_seconds", True),
        ("debounce_seconds", "4"),
        ("history_messages", -1),
        ("history_messages", -1.0),
        ("max_steps", 2.5),
        ("max_steps", True),
        ("supersede", 1),
        ("bot", None),
        ("model_prices", []),
        ("no_such_setting", 1),
    ],
)
def test_what_a_setting_cannot_be_is_left_out(name: str, value: Any) -> None:
    assert OperatingSettings().overridden({name: value, "max_bubbles": 3}) == OperatingSettings(
        max_bubbles=3
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("delay_min_seconds", 2.5),
        ("delay_min_seconds", 2),
        ("daily_cost_cap_usd", 0),
        ("history_messages", 0),
        ("supersede", True),
        ("language", ""),
        ("model_prices", {"a": {"input": 1.0}}),
    ],
)
def test_what_a_setting_may_be_takes_the_place_of_the_default(name: str, value: Any) -> None:
    assert getattr(OperatingSettings().overridden({name: value}), name) == value
