"""The internal API: its bodies and answers, and its closed door."""

import hashlib
from typing import Any

import pytest

from emulators.instagram.people import igsid_of
from tests.world import ACCOUNT, World

ALICE = igsid_of("alice")
TOKEN = "0123456789abcdef" * 4
VERBS = (
    "ingest-event",
    "generate-verification",
    "send-verification-dm",
    "send-dm",
    "connect",
    "export-contact",
    "delete-contact",
)


def _event(**changed: Any) -> dict[str, Any]:
    event = {
        "mid": "m1",
        "sender_ig_id": ALICE,
        "recipient_ig_id": ACCOUNT,
        "timestamp": 1793610000000,
        "message_text": "hello",
        "attachments": [],
    }
    return event | changed


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("token", [None, "", "wrong"])
def test_without_the_service_token_the_door_stays_closed(
    world: World, verb: str, token: str | None
) -> None:
    assert world.call_api(verb, token, ig_id=ALICE).status_code == 401


def test_an_ingested_event_is_a_message_like_any_other(world: World) -> None:
    world.instagram_knows("alice")
    at = int(world.clock.now().timestamp() * 1000)
    answer = world.call_api("ingest-event", **_event(timestamp=at))
    assert answer.json() == {"success": True, "message": "Event accepted for processing"}
    assert world.call_api("ingest-event", **_event(timestamp=at)).status_code == 200
    world.settle()
    assert len(world.sent_to("alice")) == 1
    assert len(world.messages("alice", "inbound")) == 1


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"mid": ""}, "mid"),
        ({"mid": "m" * 1001}, "mid"),
        ({"sender_ig_id": "alice"}, "sender_ig_id"),
        ({"sender_ig_id": ACCOUNT}, "the same"),
        ({"recipient_ig_id": "17841499999999999"}, "an account of ours"),
    ],
)
def test_a_wrong_event_is_refused_by_name_and_nothing_of_it_is_stored(
    world: World, wrong: dict[str, Any], named: str
) -> None:
    answer = world.call_api("ingest-event", **_event(**wrong))
    assert answer.status_code == 400
    assert named in answer.json()["error"]
    assert world.documents("conversations") + world.documents("unhandled_events") == []


def test_a_generated_verification_shows_only_the_hash_and_is_one_per_event(world: World) -> None:
    first = world.call_api("generate-verification", ig_id=ALICE, event_id="e1").json()
    assert set(first) == {"token_hash", "expires_at", "ig_id"}
    assert first == world.call_api("generate-verification", ig_id=ALICE, event_id="e1").json()
    other = world.call_api("generate-verification", ig_id=ALICE, event_id="e2").json()
    assert other["token_hash"] != first["token_hash"]
    tokens = {d["event_id"]: d["status"] for d in world.documents("verification_tokens")}
    assert tokens == {"e1": "expired", "e2": "issued"}


def test_a_verification_of_the_callers_is_sent_through_the_line(world: World) -> None:
    world.dm("alice", "hello")
    world.settle()
    words = {"ig_id": ALICE, "token_plain": TOKEN}
    answer = world.call_api("send-verification-dm", **words).json()
    assert (answer["success"], answer["remote_message_id"]) == (True, None)
    world.settle()
    assert TOKEN in world.sent_to("alice")[-1]
    again = world.call_api("send-verification-dm", **words).json()
    assert again["outbound_message_id"] == answer["outbound_message_id"]
    assert again["remote_message_id"]
    world.settle()
    assert len(world.sent_to("alice")) == 2


def test_a_product_with_its_own_users_finishes_the_linking(world: World) -> None:
    world.dm("alice", "hello")
    world.settle()
    world.call_api("send-verification-dm", ig_id=ALICE, token_plain=TOKEN)
    words = {"token": TOKEN, "ig_id": ALICE, "user_id": "user-7"}
    assert world.call_api("connect", **words).json()["connected_user_id"] == "user-7"
    assert world.call_api("connect", **words).status_code == 400
    assert world.documents("contacts")[0]["connected_user_id"] == "user-7"
    answer = world.call_api("send-verification-dm", ig_id=ALICE, token_plain=TOKEN)
    assert answer.status_code == 409
    hashed = hashlib.sha256(TOKEN.encode()).hexdigest()
    stored = world.store.document(f"verification_tokens/{hashed}").get().to_dict() or {}
    assert stored["status"] == "consumed"


@pytest.mark.parametrize("kind", ["verification", "acknowledgement", "custom"])
def test_a_message_is_queued_and_sent_in_its_turn(world: World, kind: str) -> None:
    world.dm("alice", "hello")
    world.settle()
    answer = world.call_api("send-dm", ig_id=ALICE, message_text="Your table is ready", kind=kind)
    assert answer.json()["success"] is True
    assert answer.json()["remote_message_id"] is None
    world.settle()
    assert world.sent_to("alice")[-1] == "Your table is ready"
    (sent,) = [m for m in world.messages("alice") if m["kind"] == kind]
    assert (sent["role"], sent["status"]) == ("system", "sent")
    assert world.conversation("alice").get("owner", "bot") == "bot"


@pytest.mark.parametrize(
    "wrong",
    [
        {"message_text": ""},
        {"message_text": "x" * 10_001},
        {"kind": "novel"},
        {"ig_id": "alice"},
        {"ig_id": None},
    ],
)
def test_a_message_that_cannot_be_sent_is_refused(world: World, wrong: dict[str, Any]) -> None:
    words = {"ig_id": ALICE, "message_text": "hi", "kind": "custom"} | wrong
    assert world.call_api("send-dm", **words).status_code == 400


def test_what_is_no_json_object_is_refused(world: World) -> None:
    headers = {"x-service-token": "local-service-token"}
    url = f"{world.stack.url}/internal_api/api/internal/send-dm"
    for body in (b"", b"[]", b"{", b"\xff"):
        assert world.http.post(url, content=body, headers=headers).status_code == 400
    assert world.http.get(url, headers=headers).status_code == 405
    assert world.call_api("dance").status_code == 404


def test_a_link_is_refused_outside_the_window_before_anything_is_queued(world: World) -> None:
    words = {"ig_id": ALICE, "token_plain": TOKEN}
    assert world.call_api("send-verification-dm", **words).status_code == 400
    world.dm("alice", "hello")
    world.settle()
    world.advance(24 * 3600)
    answer = world.call_api("send-verification-dm", **words)
    assert answer.status_code == 400
    assert "24 h" in answer.json()["error"]
    assert world.conversation("alice")["outbox"] == []
    assert world.documents("verification_tokens") == []
