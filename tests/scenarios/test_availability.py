"""When nobody is there: business hours, accounts that may not send, closed conversations."""

from datetime import timedelta

import pytest

from tests.world import ACCOUNT, World

EVENINGS = "mo-fr 18:00-22:00"


@pytest.fixture
def monday(world: World) -> World:
    """A Monday at nine in UTC: in Berlin the doors open at 17:00 UTC, or at 16:00 in summer."""
    now = world.clock.now()
    midnight = now.replace(hour=9, minute=0, second=0, microsecond=0)
    world.clock.set(midnight + timedelta(days=7 - now.weekday()))
    return world


def test_outside_business_hours_a_person_is_told_once_and_answered_at_the_opening(
    monday: World,
) -> None:
    world = monday
    world.configure(hours_weekly=EVENINGS, hours_away_text="Back at six!", disclosure="")
    world.dm("alice", "hello")
    world.settle()
    world.dm("alice", "anybody?")
    world.settle()
    assert world.sent_to("alice") == ["Back at six!"]
    assert world.conversation("alice")["status"] == "scheduled"
    world.settle(within_seconds=9 * 3600)
    _told, answer = world.sent_to("alice")
    assert "hello" in answer
    assert world.clock.now().hour in (16, 17)
    assert world.conversation("alice")["status"] == "open"


def test_without_a_text_there_is_silence_until_the_opening(monday: World) -> None:
    world = monday
    world.configure(hours_weekly=EVENINGS)
    world.dm("alice", "hello")
    world.settle()
    assert world.sent_to("alice") == []
    world.settle(within_seconds=9 * 3600)
    assert len(world.sent_to("alice")) == 1


def test_every_closed_period_has_its_own_away_message(monday: World) -> None:
    world = monday
    world.configure(hours_weekly=EVENINGS, hours_away_text="Back at six!")
    world.dm("alice", "hello")
    world.settle(within_seconds=9 * 3600)
    world.advance(14 * 3600)
    world.dm("alice", "and today?")
    world.settle()
    assert world.sent_to("alice").count("Back at six!") == 2


def test_hours_that_are_changed_and_put_back_leave_nobody_without_an_answer(monday: World) -> None:
    world = monday
    for hours in (EVENINGS, "mo-su 19:00-20:00", EVENINGS):
        world.configure(hours_weekly=hours, hours_away_text="Back soon!")
        world.dm("alice", f"hello at {hours}")
        world.settle()
    assert world.sent_to("alice").count("Back soon!") == 3
    world.settle(within_seconds=9 * 3600)
    assert len(world.sent_to("alice")) == 4


def test_a_paused_account_answers_once_it_may_send_again(world: World) -> None:
    account = world.store.document(f"accounts/{world.thread('alice').partition('_')[0]}")
    account.set({"state": "paused"})
    world.configure()
    world.dm("alice", "hello")
    world.settle()
    assert world.sent_to("alice") == []
    assert world.statuses("alice") == ["pending"]
    account.set({"state": "active"})
    world.settle(within_seconds=2 * 3600)
    assert len(world.sent_to("alice")) == 1


def test_a_paused_account_keeps_one_look_a_thread_however_many_messages_came(world: World) -> None:
    world.configure()
    world.store.document(f"accounts/{ACCOUNT}").set({"state": "paused"})
    for _ in range(3):
        world.dm("alice", "hello")
        world.settle(60)
    assert len(world.stack.tasks.list_tasks()) == 1


def test_a_new_message_reopens_a_closed_conversation(world: World) -> None:
    world.dm("alice", "hello")
    world.settle()
    stored = world.store.document(f"conversations/{world.thread('alice')}")
    stored.update({"status": "closed", "closed_at": world.clock.now()})
    world.advance(60)
    world.dm("alice", "one more thing")
    world.settle()
    assert len(world.sent_to("alice")) == 2
    assert world.conversation("alice")["status"] == "open"


def test_by_setting_a_closed_conversation_stays_closed(world: World) -> None:
    world.configure(reopen_on_message=False)
    world.dm("alice", "hello")
    world.settle()
    stored = world.store.document(f"conversations/{world.thread('alice')}")
    stored.update({"status": "closed", "closed_at": world.clock.now()})
    world.dm("alice", "ok thanks")
    world.settle()
    assert len(world.sent_to("alice")) == 1
    assert world.messages("alice", "inbound")[1]["reason"] == "closed"
