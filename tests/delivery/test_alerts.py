"""The manager is told on WhatsApp, grouped and not too often; its failures fail nothing else."""

from typing import Any

import pytest

from services import bootstrap
from services.domain.alerting import LONGEST, flat
from tests.world import ACCOUNT, World


def _alert(world: World, name: str, reason: str = "customer_request", text: str = "") -> None:
    alert = {
        "thread_id": world.thread(name),
        "account_id": ACCOUNT,
        "reason": reason,
        "text": text,
        "status": "queued",
        "created_at": world.clock.now(),
    }
    world.store.document(f"manager_alerts/{name}").set(alert)
    world.store.document(f"contacts/{world.thread(name)}").set({"name": name.title()})


def _told(world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.http.get(
        f"{world.stack.instagram_url}/_sim/whatsapp"
    ).json()
    return found


def _sweep(world: World) -> None:
    assert world.call_task("sweep", {}).status_code == 200


def _stored(world: World, name: str) -> dict[str, Any]:
    return world.store.document(f"manager_alerts/{name}").get().to_dict() or {}


def test_an_alert_goes_as_the_approved_template(world: World) -> None:
    _alert(world, "alice", text="line one\nline two\t\t     far")
    _sweep(world)
    (message,) = _told(world)
    assert message["template"]["parameters"] == ["Alice asks for a person: line one line two far"]
    assert _stored(world, "alice")["status"] == "sent"


def test_alerts_are_grouped_and_the_next_group_waits(world: World) -> None:
    for name in ("alice", "bob", "carol"):
        _alert(world, name)
    _sweep(world)
    _alert(world, "dave")
    _sweep(world)
    (message,) = _told(world)
    assert message["text"].startswith("3 new: Alice asks for a person · Bob")
    world.advance(10 * 60)
    _sweep(world)
    assert len(_told(world)) == 2


def test_only_a_task_that_asks_for_it_tells_the_manager(world: World) -> None:
    _alert(world, "alice")
    task = {"thread_id": world.thread("alice"), "trace_id": "t"}
    world.call_task("deliver", task | {"kind": "delivery"})
    assert _told(world) == []
    world.call_task("deliver", task | {"alerts": "1"})  # as the version before has queued it
    assert len(_told(world)) == 1


def test_what_whatsapp_delivers_is_recorded(world: World) -> None:
    _alert(world, "alice")
    _sweep(world)
    world.deliver_webhooks()
    assert _stored(world, "alice")["delivery"] == "delivered"


def test_free_text_is_used_only_after_the_manager_wrote(world: World) -> None:
    _manager_writes(world)
    _alert(world, "alice")
    _sweep(world)
    assert [m["type"] for m in _told(world)] == ["text"]
    world.advance(24 * 3600)
    _alert(world, "bob")
    _sweep(world)
    assert [m["type"] for m in _told(world)] == ["text", "template"]


def test_a_text_that_came_too_late_goes_again_as_the_template(world: World) -> None:
    now = str(int(world.clock.now().timestamp()))
    _whatsapp(world, {"messages": [{"from": "491700000000", "timestamp": now}]})
    _alert(world, "alice")
    _sweep(world)
    world.deliver_webhooks()  # 131047: the simulated manager never wrote
    assert _stored(world, "alice")["status"] == "queued"
    world.advance(10 * 60)
    _sweep(world)
    assert [m["type"] for m in _told(world)] == ["text", "template"]


@pytest.mark.parametrize(("code", "status"), [(131056, "queued"), (132001, "failed")])
def test_a_refusal_is_recorded_and_tried_again_where_that_helps(
    world: World, code: int, status: str
) -> None:
    world.instagram_does({"on": "whatsapp", "code": code})
    _alert(world, "alice")
    _sweep(world)
    assert _stored(world, "alice")["status"] == status
    assert str(code) in _stored(world, "alice")["error"]


def test_a_turn_s_alert_goes_at_once_and_no_failure_of_it_fails_the_turn(world: World) -> None:
    world.instagram_does({"on": "whatsapp", "drop": True})
    args = {"reason": "customer_request", "note": "wants a person"}
    world.model_says({"calls": [{"name": "hand_to_human", "args": args}]})
    world.dm("alice", "a person please")
    world.settle()
    assert world.statuses("alice") == ["processed"]
    (alert,) = world.documents("manager_alerts")
    assert (alert["attempts"], alert["status"]) == (1, "queued")


def test_a_status_for_another_number_is_none_of_ours(world: World) -> None:
    changed = bootstrap.services("webhook").alerts.note_webhook(
        {"entry": [{"changes": [{"value": {"metadata": {"phone_number_id": "1"}}}]}, "x"]}
    )
    assert changed == 0


@pytest.mark.parametrize("text", ["", "\n\t", "a" * 5000, "x\u0000\n\n\n      y", "\u202eabc"])
def test_a_parameter_is_never_empty_never_long_never_in_lines(text: str) -> None:
    made = flat(text)
    assert 1 <= len(made) <= LONGEST
    assert not {"\n", "\t", "\u0000"} & set(made)
    assert "     " not in made


def _manager_writes(world: World) -> None:
    world.http.post(f"{world.stack.instagram_url}/_sim/whatsapp/reply", json={})
    now = str(int(world.clock.now().timestamp()))
    _whatsapp(world, {"messages": [{"from": "491700000000", "timestamp": now}]})


def _whatsapp(world: World, value: dict[str, Any]) -> None:
    metadata = {"metadata": {"phone_number_id": "100000000000001"}}
    change = {"field": "messages", "value": {**metadata, **value}}
    entry = {"id": "200000000000001", "changes": [change]}
    body = {"object": "whatsapp_business_account", "entry": [entry]}
    assert world.post_webhook(body).status_code == 200
