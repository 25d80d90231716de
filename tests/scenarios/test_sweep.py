"""The sweep: what is put off opens, what waits is mentioned, and nobody hides somebody else."""

from datetime import timedelta
from typing import Any

import pytest

from services import bootstrap
from services.office.access import Operator
from tests.office import scene
from tests.world import ACCOUNT, World

OPERATOR = Operator(id="op1", name="Ola")
HOUR = timedelta(hours=1)


def _sweep(world: World) -> dict[str, int]:
    repaired: dict[str, int] = world.call_task("sweep", {}).json()["repaired"]
    return repaired


def _ms(world: World, minutes: float) -> int:
    return int((world.clock.now() + timedelta(minutes=minutes)).timestamp() * 1000)


def _snoozed(world: World, **fields: Any) -> None:
    world.dm("alice", "hello")
    world.settle()
    world.store.document(f"conversations/{world.thread('alice')}").update(fields or {"labels": []})
    until = world.clock.now() + HOUR
    bootstrap.services("back_office").office.actions.snooze(world.thread("alice"), until, OPERATOR)


def _told(world: World) -> list[str]:
    return [m["event"] for m in world.messages("alice", "internal")]


@pytest.mark.parametrize("lost", [False, True])
def test_a_snoozed_conversation_opens_once_when_its_time_has_come(world: World, lost: bool) -> None:
    _snoozed(world)
    world.advance(3600)
    assert _sweep(world)["reopened"] == 0
    world.advance(31)
    if lost:
        fault = {"rpc": "Commit", "code": "UNAVAILABLE", "apply": True, "caller": "sweep"}
        world.stack.firestore.faults.add(fault)
    _sweep(world)
    assert _sweep(world)["reopened"] == 0
    stored = world.conversation("alice")
    assert (stored["status"], stored["scheduled_until"]) == ("open", None)
    assert _told(world) == ["snooze", "snooze_over"]


@pytest.mark.parametrize("owner", ["bot", "human"])
def test_a_new_message_opens_it_at_once_whoever_has_it(world: World, owner: str) -> None:
    _snoozed(world, owner=owner)
    world.dm("alice", "I cannot wait")
    world.settle()
    assert world.conversation("alice")["status"] == "open"
    assert len(world.sent_to("alice")) == (2 if owner == "bot" else 1)
    world.advance(2 * 3600)
    assert _sweep(world)["reopened"] == 0


def test_what_was_scheduled_for_the_opening_opens_where_a_human_has_it_by_then(
    world: World,
) -> None:
    world.configure(hours_weekly="mo-su 23:59-23:59")
    world.dm("alice", "hello")
    world.settle()
    until = world.clock.now() + HOUR
    path = f"conversations/{world.thread('alice')}"
    world.store.document(path).update({"status": "scheduled", "scheduled_until": until})
    world.owner_types("alice", "I am here anyway")
    world.deliver_webhooks()
    world.advance(3700)
    _sweep(world)
    world.settle()
    assert world.conversation("alice")["status"] == "open"


def test_what_waits_for_the_opening_is_answered_once_though_its_task_was_lost(
    world: World,
) -> None:
    opens_at = (world.clock.now() + 2 * HOUR).replace(minute=0, second=0, microsecond=0)
    world.configure(time_zone="UTC", hours_weekly=f"mo-su {opens_at:%H}:00-{opens_at:%H}:59")
    world.dm("alice", "hello")
    world.settle()
    assert world.conversation("alice")["scheduled_until"] == opens_at
    world.stack.tasks.reset()
    world.clock.set(opens_at + timedelta(seconds=31))
    _sweep(world)
    world.advance(1)
    _sweep(world)
    world.settle()
    assert len(world.sent_to("alice")) == 1
    assert world.conversation("alice")["status"] == "open"


def test_the_hours_run_also_tells_how_the_tokens_are(world: World) -> None:
    world.advance((30 - world.clock.now().minute) % 60 * 60)
    assert world.call_task("sweep", {}).json()["upkeep"] == {ACCOUNT: "renewed"}


def test_an_account_that_cannot_be_looked_after_keeps_nothing_else_undone(world: World) -> None:
    world.store.document("accounts/111").set({"counted_until": 20261120})
    stopped = {"status": "running", "thread_id": "1_2", "requested_at": world.clock.now()}
    world.store.document("deletions/stopped").set(stopped)
    world.advance((30 - world.clock.now().minute) % 60 * 60)
    answer = world.call_task("sweep", {}).json()
    assert answer["upkeep"] == {"111": "failed", ACCOUNT: "renewed"}
    assert [d["status"] for d in world.documents("deletions")] == ["done"]


def test_every_account_has_its_turn_the_longest_past_first_whatever_became_of_it(
    world: World,
) -> None:
    now = world.clock.now()
    for n in range(60):
        told = {"token_checked_at": "broken", "looked_after_at": now - timedelta(minutes=n)}
        world.store.document(f"accounts/{100 + n}").set(told)
    told_of = list(bootstrap.services("sweep").upkeep.run("trace"))
    assert told_of == [ACCOUNT, *(str(100 + n) for n in reversed(range(60)))]
    assert {a["looked_after_at"] for a in world.documents("accounts")} == {now}


def test_waits_that_are_not_due_hide_none_that_is(world: World) -> None:
    scene.conversations(world, 600, owner="waiting", remind_at=_ms(world, 30))
    scene.person(world, "zoe", owner="waiting", remind_at=_ms(world, -1), owner_epoch=1)
    assert _sweep(world)["reminded"] == 1
    (alert,) = world.documents("manager_alerts")
    assert alert["thread_id"] == world.thread("zoe")


def test_a_conversation_that_nobody_can_read_keeps_the_sweep_from_no_other(world: World) -> None:
    scene.person(world, "adam", owner="nobody knows", owner_due_at=_ms(world, -9))
    until = world.clock.now() - timedelta(minutes=1)
    scene.person(world, "zoe", owner="human", owner_until=until, owner_due_at=_ms(world, -1))
    assert _sweep(world)["returned"] == 1
    assert world.conversation("zoe")["owner"] == "bot"


def test_a_bubble_of_unknown_fate_whose_tasks_are_lost_is_found_and_given_to_a_person(
    world: World,
) -> None:
    world.instagram_does({"drop": True})
    world.dm("alice", "hello")
    world.settle(within_seconds=16)
    assert world.statuses("alice", "outgoing") == ["unconfirmed"]
    world.stack.tasks.reset()
    world.advance(300)
    found = _sweep(world)
    assert (found["deliveries"], found["unconfirmed"]) == (1, 1)
    world.settle()
    (bubble,) = world.messages("alice", "outgoing")
    assert (bubble["status"], bubble["unsettled"]) == ("failed", True)
    assert _sweep(world)["unconfirmed"] == 0


@pytest.mark.parametrize("number", [10, 2000])
def test_a_sweep_costs_the_same_however_many_conversations_there_are(
    world: World, number: int
) -> None:
    later = world.clock.now() + 2 * HOUR
    waits: dict[str, Any] = {
        "due_at": _ms(world, 120),
        "remind_at": _ms(world, 120),
        "scheduled_until": later,
    }
    scene.conversations(world, number, **waits)
    world.advance((40 - world.clock.now().minute) % 60 * 60)  # not the hour's longer run
    world.clear_counts()
    assert not any(_sweep(world).values())
    assert world.counts()["sweep"]["reads"] <= 6
