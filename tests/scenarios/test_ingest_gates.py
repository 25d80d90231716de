"""Keys, accounts and the webhook's answer."""

import json
from typing import Any

import pytest

from tests.world import ACCOUNT, World

PERSON = "1784000000000042"
OTHER = "17841400000000002"


def _body(account: str = ACCOUNT, mid: str = "m1", person: str = PERSON) -> dict[str, Any]:
    item = {
        "sender": {"id": person},
        "recipient": {"id": account},
        "timestamp": 1793610000000,
        "message": {"mid": mid, "text": "my secret wish"},
    }
    return {"object": "instagram", "entry": [{"id": account, "messaging": [item]}]}


def _own(world: World, account: str, **fields: Any) -> None:
    world.store.document(f"accounts/{account}").set(fields)
    world.stack.configure()


@pytest.mark.parametrize(("secret", "stored"), [("local-meta-app-secret", 1), (None, 0)])
def test_a_key_opens_the_gate_only_for_the_accounts_of_its_app(
    world: World, secret: str | None, stored: int
) -> None:
    _own(world, OTHER, app="meta")
    answer = world.post_webhook(_body(OTHER), *([secret] if secret else []))
    assert answer.status_code == 200
    assert len(world.documents("conversations")) == stored
    assert [u["reason"] for u in world.documents("unhandled_events")] == ["foreign_app"][stored:]


def test_an_old_secret_is_taken_during_a_rotation_and_a_named_one_is_another_apps(
    world: World,
) -> None:
    secrets = "new-secret, local-app-secret, partner=partner-secret"
    world.store.document(f"accounts/{ACCOUNT}").set({"app": "instagram"})
    world.stack.configure(INSTAGRAM_APP_SECRET=secrets)
    for number, secret in enumerate(("new-secret", "local-app-secret", "partner-secret")):
        assert world.post_webhook(_body(mid=f"m{number}"), secret).status_code == 200
    assert len(list(world.store.collection_group("messages").stream())) == 2
    assert len(world.documents("unhandled_events")) == 1
    world.stack.configure()


def test_which_key_matched_is_logged_and_nothing_that_could_be_used(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    world.post_webhook(_body(), "local-meta-app-secret")
    world.post_webhook(_body(), "guess")
    out = capfd.readouterr().out
    taken, refused = [json.loads(line) for line in out.splitlines() if '"webhook"' in line]
    assert (taken["key"], refused["status"]) == ("meta/1", 401)
    assert "sha256" not in out
    assert "secret" not in out.replace("app_secret", "")


def test_an_account_beside_the_first_has_threads_of_its_own(world: World) -> None:
    _own(world, OTHER)
    world.post_webhook(_body())
    world.post_webhook(_body(OTHER))
    threads = {c["account_id"] for c in world.documents("conversations")}
    assert threads == {ACCOUNT, OTHER}


def test_the_answer_says_what_became_of_each_event_and_nothing_personal(world: World) -> None:
    body = _body()
    echo = {
        "sender": {"id": ACCOUNT},
        "recipient": {"id": PERSON},
        "timestamp": 1793610000001,
        "message": {"mid": "m2", "is_echo": True, "attachments": [{"type": "image"}]},
    }
    body["entry"][0]["messaging"].append(echo)
    first, again = world.post_webhook(body).json(), world.post_webhook(body).json()
    assert first["status"] == "success"
    conversation = {"id": f"{ACCOUNT}_{PERSON}", "source": "instagram"}
    sent, received = sorted(first["data"], key=lambda d: d["message"]["id"], reverse=True)
    assert received == {
        "message_direction": "customer_to_owner",
        "conversation": conversation,
        "message": {"id": "m1", "type": "text", "message_type": "text", "timestamp": 1793610000000},
        "duplicate": False,
    }
    assert sent["message_direction"] == "owner_to_customer"
    assert (sent["message"]["type"], sent["message"]["message_type"]) == ("attachment", "image")
    assert [item["duplicate"] for item in again["data"]] == [True, True]
    assert "secret wish" not in json.dumps([first, again])


def test_an_event_that_stands_twice_in_a_body_is_stored_once_and_named_a_duplicate_once(
    world: World,
) -> None:
    body = _body()
    body["entry"] *= 2
    told = world.post_webhook(body).json()["data"]
    assert [item["duplicate"] for item in told] == [False, True]


def test_a_thousand_events_of_one_thread_are_one_commit_and_one_task(world: World) -> None:
    world.post_webhook(_body(person="1784000000000041", mid="m0"))  # it reads the settings
    world.clear_counts()
    body = _body(mid="e0")
    items = body["entry"][0]["messaging"]
    items += [_body(mid=f"e{n}")["entry"][0]["messaging"][0] for n in range(1, 1000)]
    assert len(world.post_webhook(body).json()["data"]) == 1000
    counted = world.counts()["webhook"]
    assert (counted["round_trips"], counted["tasks"]) == (1, 1)
    assert {c["inbound_seq"] for c in world.documents("conversations")} == {1, 1000}


def test_events_of_many_threads_are_one_commit_and_one_task_each(world: World) -> None:
    world.post_webhook(_body(person="1784000000000041", mid="m0"))  # it reads the settings
    world.clear_counts()
    people = [str(1784000000000100 + n) for n in range(40)]
    body = _body()
    for person in people:
        body["entry"] += _body(person=person, mid=f"m{person}")["entry"]
    del body["entry"][0]
    assert world.post_webhook(body).status_code == 200
    counted = world.counts()["webhook"]
    assert (counted["round_trips"], counted["tasks"], counted["reads"]) == (40, 40, 0)


def test_when_one_thread_fails_meta_comes_again_and_the_others_are_known(world: World) -> None:
    body = _body()
    body["entry"] += _body(person="1784000000000043", mid="m2")["entry"]
    fault = {"rpc": "Commit", "code": "INTERNAL", "times": 1}
    world.http.post(f"{world.stack.url}/_sim/firestore/faults", json=fault).raise_for_status()
    assert world.post_webhook(body).status_code == 503
    again = world.post_webhook(body).json()["data"]
    assert sorted(item["duplicate"] for item in again) == [False, True]
