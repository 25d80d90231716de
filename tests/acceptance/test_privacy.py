"""Deletion, deauthorisation, export, and the status page that a person can read."""

import base64
import hashlib
import hmac
import json
from typing import Any

import httpx
import pytest

from emulators.gateway import credentials
from emulators.instagram.people import igsid_of
from services import bootstrap
from tests.world import ACCOUNT, World

ALICE = igsid_of("alice")


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _signed(user_id: str, secret: str = credentials.APP_SECRET, **changed: Any) -> str:
    payload = {"algorithm": "HMAC-SHA256", "issued_at": 1793610000, "user_id": user_id}
    encoded = _encoded(json.dumps(payload | changed).encode())
    signature = hmac.new(secret.encode(), encoded.encode(), hashlib.sha256).digest()
    return f"{_encoded(signature)}.{encoded}"


def _post(world: World, path: str, signed_request: str) -> httpx.Response:
    form = {"signed_request": signed_request}
    return world.http.post(f"{world.stack.url}/privacy/{path}", data=form)


def _token(world: World, **login: str) -> str:
    """The owner logs in, and gets a fresh token."""
    url = f"{world.stack.instagram_url}/_sim/token"
    return str(world.http.post(url, json={"new": True, **login}).json()["token"])


def _left(world: World) -> list[str]:
    found = [d.reference.path for d in world.store.collection_group("messages").stream()]
    found += [d.reference.path for d in world.store.collection_group("turns").stream()]
    names = ("conversations", "contacts", "verification_tokens", "unhandled_events")
    return found + [d.id for name in names for d in world.store.collection(name).stream()]


@pytest.fixture
def lively(world: World) -> World:
    """Alice and Bob have talked, and Alice left an event that nobody understood."""
    for person in ("alice", "bob"):
        world.dm(person, "hello")
        world.dm(person, "", kind="unknown")
    world.settle()
    world.dm("alice", "", kind="read")
    world.settle()
    world.call_api("generate-verification", ig_id=ALICE, event_id="e1")
    return world


def test_a_deletion_leaves_nothing_of_the_person_and_everything_of_others(lively: World) -> None:
    answer = _post(lively, "data-deletion", _signed(ALICE)).json()
    assert set(answer) == {"url", "confirmation_code"}
    left = _left(lively)
    assert left
    assert not [path for path in left if ALICE in path]
    assert ALICE not in str(lively.documents("unhandled_events"))
    (tombstone,) = lively.documents("deletions")
    assert tombstone["status"] == "done"
    assert ALICE not in str(tombstone)
    assert "Done" in lively.http.get(answer["url"]).text


@pytest.mark.parametrize("asks", ["the business", "meta"])
def test_a_deletion_that_was_interrupted_goes_on(lively: World, asks: str) -> None:
    thread = lively.thread("alice")
    stopped = {"status": "running", "begun": True, "thread_id": thread, "igsid": ALICE}
    stopped |= {"source": "meta", "requested_at": lively.clock.now()}
    lively.store.document("deletions/stopped").set(stopped)
    for name in ("conversations", "contacts"):
        lively.store.document(f"{name}/{thread}").delete()
    if asks == "meta":
        answer = _post(lively, "data-deletion", _signed(ALICE))
    else:
        answer = lively.call_api("delete-contact", ig_id=ALICE)
    assert answer.json()["confirmation_code"] == "stopped"
    assert not [path for path in _left(lively) if ALICE in path]
    (tombstone,) = lively.documents("deletions")
    assert tombstone["status"] == "done"


def test_a_message_after_the_request_survives_the_deletion(lively: World) -> None:
    _post(lively, "data-deletion", _signed(ALICE))
    lively.advance(5)
    lively.dm("alice", "hello again")
    lively.settle()
    assert [m["text"] for m in lively.messages("alice", "inbound")] == ["hello again"]


def test_a_person_of_a_further_account_is_deleted_likewise(world: World) -> None:
    thread = "17841400000000002_4242"
    parties = {"account_id": "17841400000000002", "igsid": "4242"}
    for collection in ("conversations", "contacts"):
        world.store.document(f"{collection}/{thread}").set(parties)
    _post(world, "data-deletion", _signed("4242")).raise_for_status()
    assert _left(world) == []
    (tombstone,) = world.documents("deletions")
    assert (tombstone["status"], "4242" in str(tombstone)) == ("done", False)


def test_somebody_unknown_is_told_that_nothing_is_kept(world: World) -> None:
    answer = _post(world, "data-deletion", _signed("42")).json()
    assert "nothing is kept" in world.http.get(answer["url"]).text


@pytest.mark.parametrize(
    "signed",
    [
        "",
        "x",
        "x.y",
        "." + _encoded(b"{}"),
        _signed(ALICE, secret="somebody-elses"),
        _signed(ALICE, algorithm="none"),
        _signed(ALICE) + "x",
        _signed("") + ".more",
    ],
)
def test_what_meta_did_not_sign_deletes_nothing(lively: World, signed: str) -> None:
    assert _post(lively, "data-deletion", signed).status_code in (400, 401)
    assert [path for path in _left(lively) if ALICE in path]
    assert lively.documents("deletions") == []


def test_either_app_secret_may_have_signed(world: World) -> None:
    signed = _signed("42", secret="local-meta-app-secret")
    assert _post(world, "data-deletion", signed).status_code == 200


def test_an_unknown_code_has_no_status(world: World) -> None:
    assert world.http.get(f"{world.stack.url}/deletion/nothing").status_code == 404
    assert world.http.get(f"{world.stack.url}/privacy/elsewhere").status_code == 404


def test_deauthorising_stops_sending_until_the_owner_connects_again(world: World) -> None:
    for _ in range(2):
        assert _post(world, "deauthorise", _signed(ACCOUNT)).status_code == 200
    assert [account["state"] for account in world.documents("accounts")] == ["reauthorise"]
    (told,) = world.documents("manager_alerts")
    assert told["text"].startswith("The owner removed the app at Meta. Log in to Instagram again")
    token = _token(world, account_id=ACCOUNT, username="first")
    bootstrap.services("back_office").upkeep.connect(token, "trace", ACCOUNT)
    assert [account["state"] for account in world.documents("accounts")] == ["active"]


@pytest.mark.parametrize("state", ["paused", "blocked"])
def test_deauthorising_lifts_nothing_that_stopped_an_account_before(
    world: World, state: str
) -> None:
    world.store.document(f"accounts/{ACCOUNT}").set({"state": state})
    _post(world, "deauthorise", _signed(ACCOUNT)).raise_for_status()
    assert [account["state"] for account in world.documents("accounts")] == [state]


def test_meta_means_an_account_by_its_id_for_the_app_once_it_was_connected(world: World) -> None:
    token = _token(world, account_id="17841400000000002", username="second")
    services = bootstrap.services("back_office")
    services.health.self_test(ACCOUNT)
    services.upkeep.connect(token, "trace")
    assert _post(world, "deauthorise", _signed("77841400000000002")).status_code == 200
    accounts = {d.id: d.to_dict() or {} for d in world.store.collection("accounts").stream()}
    states = {account_id: account.get("state") for account_id, account in accounts.items()}
    assert states == {ACCOUNT: None, "17841400000000002": "reauthorise"}


def test_an_export_holds_what_is_kept(lively: World) -> None:
    found = lively.call_api("export-contact", ig_id=ALICE).json()
    assert found["contact"]["igsid"] == ALICE
    assert [m["text"] for m in found["messages"] if m["role"] == "user"] == ["hello"]
    assert len(found["turns"]) == 1
    assert len(found["receipts"]) == 1
