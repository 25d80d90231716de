"""Task names and instants: the rules whose breaking loses messages."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.domain import schedule

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
instants = st.integers(1_577_836_800_000, 2_208_988_800_000).map(
    lambda ms: datetime.fromtimestamp(ms / 1000, UTC)
)
ROUNDING = timedelta(milliseconds=1)


def _inbound(now: datetime, low: float = 5, high: float = 15) -> schedule.TaskSpec:
    return schedule.inbound("t", now, delay_min_seconds=low, delay_max_seconds=high)


@given(instants, st.floats(0, 20), st.floats(0.1, 60))
def test_the_delay_of_every_message_lies_in_its_range(
    now: datetime, low: float, span: float
) -> None:
    at = _inbound(now, low, low + span).at
    assert now + timedelta(seconds=low) < at + ROUNDING
    assert at <= now + timedelta(seconds=low + span) + ROUNDING


@given(instants, st.floats(0, 10))
def test_a_bucket_is_closed_before_its_task_may_run(now: datetime, later: float) -> None:
    first, second = _inbound(now), _inbound(now + timedelta(seconds=later))
    if now + timedelta(seconds=later) >= first.at:
        assert second.name != first.name


def test_messages_of_one_bucket_share_one_task() -> None:
    assert _inbound(NOW) == _inbound(NOW + timedelta(seconds=4.9))
    assert _inbound(NOW) != _inbound(NOW + timedelta(seconds=5))


def test_other_threads_have_other_names_and_instants() -> None:
    other = schedule.inbound("u", NOW, delay_min_seconds=5, delay_max_seconds=15)
    assert other.name != _inbound(NOW).name
    assert other.at != _inbound(NOW).at


@given(instants, st.integers(-100, 100), st.sampled_from([0, 2]))
def test_a_later_look_is_never_the_task_that_runs_now(
    now: datetime, wanted_in: int, margin: float
) -> None:
    wanted = now + timedelta(seconds=wanted_in)
    at = schedule.later("t", wanted, now, clock_margin_seconds=margin).at
    assert at >= wanted
    assert at >= now + timedelta(seconds=margin + 1)
    assert at.microsecond == 0


def test_the_kinds_of_tasks_never_share_a_name() -> None:
    at, bucket = NOW + timedelta(seconds=5), NOW - timedelta(milliseconds=1)
    tasks = [
        schedule.inbound("t", bucket, delay_min_seconds=5, delay_max_seconds=5),
        schedule.later("t", at, NOW, clock_margin_seconds=0),
        schedule.look_at_claim("t", "c", at, NOW, clock_margin_seconds=0),
        schedule.delivery_of_turn("t", "c", at),
        schedule.delivery_in_slot("t", at),
        schedule.delivery_retry("t", "c", 1, at),
    ]
    assert {task.at for task in tasks} == {at}
    assert len({task.name for task in tasks}) == len(tasks)


def test_a_commit_after_the_margin_is_not_covered_by_the_task() -> None:
    task = schedule.TaskSpec("n", NOW + timedelta(seconds=5))
    assert schedule.covers(task, NOW + timedelta(seconds=2.9), clock_margin_seconds=2)
    assert not schedule.covers(task, NOW + timedelta(seconds=3), clock_margin_seconds=2)


def test_a_look_at_a_claim_comes_when_the_claim_is_over_by_every_clock() -> None:
    """Found by seed 32 of the simulator: a clock behind saw the claim live and slept for ever."""
    expires_at = datetime(2026, 11, 2, 9, 2, tzinfo=UTC)
    early = expires_at - timedelta(seconds=60)
    look = schedule.look_at_claim("t", "c", expires_at, early, clock_margin_seconds=2)
    assert look.at >= expires_at + timedelta(seconds=2)
    again = schedule.look_at_claim("t", "c", expires_at, look.at, clock_margin_seconds=2)
    assert again.name != look.name


@given(thread=st.text(max_size=40), now=instants)
def test_whoever_looks_within_the_hour_asks_for_the_same_next_look(
    thread: str, now: datetime
) -> None:
    look = schedule.hourly(thread, now)
    assert now < look <= now + timedelta(hours=1, seconds=1)
    assert schedule.hourly(thread, now + (look - now) / 2) == look
    assert schedule.hourly(thread, look) - look == timedelta(hours=1)
