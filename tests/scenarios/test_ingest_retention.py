"""What is kept ends: by TTL policies, and for readers at once."""

import json
from datetime import timedelta
from pathlib import Path

from emulators.instagram.people import igsid_of
from services import bootstrap
from services.office.access import Operator
from tests.agent.speaking import call, step
from tests.world import World

OPERATOR = Operator(id="op1", name="Ola")
INDEXES = Path(__file__).parents[2] / "firestore.indexes.json"


def test_everything_that_expires_has_a_policy(world: World) -> None:
    world.dm("alice", "hello")
    world.dm("alice", "", kind="unknown")
    world.settle()
    world.dm("alice", "", kind="read")
    world.settle()
    world.call_api("generate-verification", ig_id="42", event_id="e1")
    overrides = json.loads(INDEXES.read_text(encoding="utf-8"))["fieldOverrides"]
    policies = {o["collectionGroup"] for o in overrides if o.get("ttl")}
    for group in ("messages", "turns", "receipts", "unhandled_events", "verification_tokens"):
        found = list(world.store.collection_group(group).stream())
        assert found, group
        assert all("expire_at" in (d.to_dict() or {}) for d in found), group
        assert group in policies


def test_messages_are_kept_as_long_as_the_setting_says(world: World) -> None:
    world.configure(retention_days=10)
    world.dm("alice", "hello")
    world.settle()
    for message in world.messages("alice"):
        assert message["expire_at"] - message["created_at"] == timedelta(days=10)


def test_what_stands_beside_messages_is_kept_no_longer_than_they_are(world: World) -> None:
    world.configure(retention_days=10)
    plan = call("schedule_follow_up", after_minutes=60, note="ask again")
    world.model_says(step(plan, call("send_instagram_message", text="Try it")))
    world.dm("alice", "hello")
    world.settle(within_seconds=7200)
    actions, thread = bootstrap.services("back_office").office.actions, world.thread("alice")
    actions.note(thread, "She is allergic to nuts.", OPERATOR)
    actions.snooze(thread, world.clock.now() + timedelta(minutes=5), OPERATOR)
    world.advance(600)
    world.call_task("sweep", {})
    kept = world.messages("alice")
    assert {"follow_up", "note", "system"} <= {m["kind"] for m in kept}
    assert {"snooze", "snooze_over"} <= {m.get("event") for m in kept}
    for message in kept:
        assert message["expire_at"] - message["created_at"] == timedelta(days=10), message["kind"]


def test_what_has_expired_is_not_shown_to_the_model(world: World) -> None:
    world.configure(retention_days=1)
    world.dm("alice", "yesterday's secret")
    world.settle()
    world.advance(86_400 + 60)
    world.dm("alice", "hello again")
    world.settle()
    assert "yesterday's secret" not in str(world.model_requests()[-1])


def test_what_has_expired_is_neither_exported_nor_shown_to_the_office(world: World) -> None:
    world.configure(retention_days=1)
    world.dm("alice", "yesterday's secret")
    world.settle()
    world.advance(86_400 + 60)
    world.dm("alice", "hello again")
    world.settle()
    exported = world.call_api("export-contact", ig_id=igsid_of("alice")).text
    assert "hello again" in exported
    assert "yesterday's secret" not in exported
    thread = bootstrap.services("back_office").office.thread
    opened = thread.opened(world.thread("alice"))
    assert opened is not None
    assert "hello again" in str(opened.messages)
    assert "yesterday's secret" not in str(opened.messages)
    assert "yesterday's secret" not in str(thread.newest(world.thread("alice")))
