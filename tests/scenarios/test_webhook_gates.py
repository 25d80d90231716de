"""The webhook's gates, in their order."""

import json
from typing import Any

import pytest

from tests.world import ACCOUNT, World


def _message(text: str = "hi", mid: str = "m1") -> dict[str, Any]:
    item = {
        "sender": {"id": "1234567890123456"},
        "recipient": {"id": ACCOUNT},
        "timestamp": 1793610000000,
        "message": {"mid": mid, "text": text},
    }
    return {"object": "instagram", "entry": [{"id": ACCOUNT, "time": 1, "messaging": [item]}]}


def _handshake(world: World, **changed: str) -> tuple[int, str, str]:
    query = {"mode": "subscribe", "verify_token": "local-verify-token", "challenge": "1158201444"}
    params = {f"hub.{name}": value for name, value in (query | changed).items()}
    answer = world.http.get(f"{world.stack.url}/webhook", params=params)
    return answer.status_code, answer.text, answer.headers["content-type"]


def test_the_handshake_echoes_the_challenge_as_plain_text(world: World) -> None:
    assert _handshake(world) == (200, "1158201444", "text/plain; charset=utf-8")


@pytest.mark.parametrize(
    "wrong",
    [
        {"verify_token": "guess"},
        {"verify_token": ""},
        {"mode": "unsubscribe"},
        {"challenge": "<script>alert(1)</script>"},
    ],
)
def test_a_wrong_handshake_is_refused(world: World, wrong: dict[str, str]) -> None:
    status, text, _ = _handshake(world, **wrong)
    assert status == 403
    assert "script" not in text


def test_a_wrong_signature_is_refused_and_stores_nothing(world: World) -> None:
    assert world.post_webhook(_message(), secret="somebody-elses").status_code == 401
    assert world.documents("conversations") == []


def test_a_missing_signature_is_refused(world: World) -> None:
    assert world.http.post(f"{world.stack.url}/webhook", json=_message()).status_code == 401


def test_either_app_secret_opens_the_gate(world: World) -> None:
    assert world.post_webhook(_message(), secret="local-meta-app-secret").status_code == 200


@pytest.mark.parametrize("body", [b"", b"{", b'{"a": NaN', b"\xff\xfe"])
def test_a_body_that_is_not_json_is_refused(world: World, body: bytes) -> None:
    assert world.post_webhook(body).status_code == 400


def test_a_body_over_one_mebibyte_is_refused(world: World) -> None:
    assert world.post_webhook(b'"' + b"a" * 1024 * 1024 + b'"').status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        {"object": "page_of_tomorrow", "entry": []},
        {"object": "instagram", "entry": [{"id": ACCOUNT, "novelty": True}]},
        {"object": "instagram", "entry": [{"id": ACCOUNT, "messaging": [{"dance": 1}]}]},
        [],
        "hello",
        None,
    ],
)
def test_an_unknown_shape_is_stored_and_answered_200(world: World, body: object) -> None:
    assert world.post_webhook(body).status_code == 200
    assert world.post_webhook(body).status_code == 200
    assert len(world.documents("unhandled_events")) == (0 if body == [] else 1)


def test_a_message_to_an_unknown_account_is_unhandled(world: World) -> None:
    body = _message()
    body["entry"][0]["messaging"][0]["recipient"]["id"] = "999"
    assert world.post_webhook(body).status_code == 200
    (kept,) = world.documents("unhandled_events")
    assert kept["reason"] == "unknown_account"
    assert json.loads(kept["raw"])["message"]["text"] == "hi"
    assert world.documents("conversations") == []


def test_when_the_store_fails_meta_is_asked_to_come_again(world: World) -> None:
    fault = {"rpc": "Commit", "code": "INTERNAL", "times": 1}
    world.http.post(f"{world.stack.url}/_sim/firestore/faults", json=fault).raise_for_status()
    assert world.post_webhook(_message()).status_code == 503
    assert world.post_webhook(_message()).status_code == 200
    assert len(world.documents("conversations")) == 1


def test_a_known_and_a_new_message_in_one_body_store_the_new_one_once(world: World) -> None:
    world.post_webhook(_message("one", "m1"))
    both = _message("one", "m1")
    both["entry"][0]["messaging"] += _message("two", "m2")["entry"][0]["messaging"]
    assert world.post_webhook(both).status_code == 200
    stored = world.store.collection_group("messages").stream()
    assert sorted((m.to_dict() or {})["text"] for m in stored) == ["one", "two"]
    (conversation,) = world.documents("conversations")
    assert conversation["inbound_seq"] == 2
