"""How long a busy model is waited for."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from emulators.clock import SimClock
from services.adapters.chance import RandomIds
from services.agent.asking import MOST_PATIENCE_SECONDS, TRIES, Asking, ModelUsage
from services.domain.model import ModelReply, ModelRequest
from services.errors import ModelBusy

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


class _Waits(SimClock):
    """Time that passes by pauses only."""

    def pause(self, seconds: float) -> None:
        assert seconds <= 1
        self.advance(seconds)


class _Busy:
    """Never has time, and says for how long."""

    def __init__(self, retry_after_seconds: float | None) -> None:
        self._wanted = retry_after_seconds

    def generate(self, _request: ModelRequest) -> ModelReply:
        raise ModelBusy("503", self._wanted)


@pytest.mark.parametrize(
    ("wanted", "at_least", "at_most"),
    [(MOST_PATIENCE_SECONDS, 10, 11), (0.4, 0.8, 2), (None, 0, 1)],
)
def test_a_busy_model_is_given_the_time_that_it_asks_for_and_the_claim_is_kept_meanwhile(
    wanted: float | None, at_least: float, at_most: float
) -> None:
    clock = _Waits(frozen_at=NOW)
    kept: list[datetime] = []
    asking = Asking(
        _Busy(wanted),
        clock,
        RandomIds(),
        NOW + timedelta(seconds=60),
        lambda: kept.append(clock.now()),
        ModelUsage(),
    )
    with pytest.raises(ModelBusy):
        asking.ask(ModelRequest(model="m", system="", said=[]))
    waited = (clock.now() - NOW).total_seconds()
    assert at_least <= waited <= at_most
    gaps = [after - before for before, after in itertools.pairwise(kept)]
    assert max(gaps) < timedelta(seconds=1.01)
    assert asking.spent.requests == TRIES
