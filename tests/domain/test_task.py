"""A task's body says what it asks for; one from the version before means what it meant."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.task import Kind, Task

THREAD = "17841400000000001_42"
tasks = st.builds(
    Task,
    st.sampled_from(Kind),
    st.from_regex("[0-9]{1,32}", fullmatch=True),
    st.text(),
    st.none() | st.datetimes(timezones=st.just(UTC)),
    st.none() | st.from_regex("[a-z0-9-]{1,20}", fullmatch=True),
)


@given(tasks, st.sampled_from(Kind))
def test_a_body_is_read_as_it_was_written(task: Task, unsaid: Kind) -> None:
    assert Task.from_body(task.body(), unsaid) == task


@pytest.mark.parametrize(
    ("body", "unsaid", "meant"),
    [
        ({"thread_id": THREAD}, Kind.TURN, Task(Kind.TURN, THREAD)),
        ({"thread_id": "42_missing"}, Kind.TURN, Task(Kind.BACKFILL, "42")),
        ({"thread_id": "x_missing"}, Kind.TURN, None),
        ({"thread_id": THREAD}, Kind.DELIVERY, Task(Kind.DELIVERY, THREAD)),
        (
            {"thread_id": THREAD, "alerts": "1"},
            Kind.DELIVERY,
            Task(Kind.DELIVERY_AND_ALERTS, THREAD),
        ),
    ],
)
def test_a_body_without_a_kind_means_what_it_meant(
    body: dict[str, str], unsaid: Kind, meant: Task | None
) -> None:
    assert Task.from_body(body, unsaid) == meant


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"thread_id": 5},
        {"kind": "dance", "thread_id": THREAD},
        {"kind": ["turn"], "thread_id": THREAD},
        {"kind": "backfill", "thread_id": THREAD},
        {"kind": "backfill", "account_id": "x"},
    ],
    ids=str,
)
def test_a_body_that_does_not_say_what_to_do_is_none(body: Any) -> None:
    assert Task.from_body(body, Kind.TURN) is None


@pytest.mark.parametrize("slot", ["", "soon", "2026-11-02T09:00:00", 5, None])
def test_a_slot_without_its_zone_is_none(slot: Any) -> None:
    task = Task.from_body({"thread_id": THREAD, "slot": slot, "item": "../x"}, Kind.DELIVERY)
    assert task == Task(Kind.DELIVERY, THREAD)


def test_a_slot_is_an_instant() -> None:
    body = {"kind": "delivery", "thread_id": THREAD, "slot": "2026-11-02T10:00:00+01:00"}
    task = Task.from_body(body, Kind.TURN)
    assert task is not None
    assert task.slot == datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
