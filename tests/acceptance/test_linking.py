"""Account linking: who has not connected gets a link, who has is thanked once and answered."""

import hashlib
import re

import httpx
import pytest

from emulators.instagram.people import igsid_of
from services import bootstrap
from services.office.access import Operator
from tests.world import World

ALICE = igsid_of("alice")
OWNER = Operator(id="owner", name="Owner")
WELCOME = "Hey — welcome to Moca! It looks like you haven't connected"
THANKS = "Hi! Send your reels and posts here and we'll save them to your Moca library."


@pytest.fixture
def linking(world: World) -> World:
    """A world in which only connected people are answered."""
    world.configure(account_linking=True, business_name="Moca")
    return world


def _link(world: World, person: str = "alice") -> str:
    (text,) = [t for t in world.sent_to(person) if t.startswith(WELCOME)][-1:]
    found = re.search(r"http\S+", text)
    assert found is not None
    return found[0]


def _press(world: World, link: str) -> httpx.Response:
    address, _, query = link.partition("?")
    return world.http.post(address, data=dict(httpx.QueryParams(query)))


def test_an_unconnected_person_gets_a_link_and_no_turn(linking: World) -> None:
    linking.dm("alice", "hello")
    linking.settle()
    (text,) = linking.sent_to("alice")
    assert text.startswith(WELCOME)
    assert linking.model_requests() == []
    (message,) = linking.messages("alice", "inbound")
    assert (message["status"], message["reason"]) == ("processed", "not_connected")


def test_a_duplicate_event_or_a_second_message_gets_no_second_link(linking: World) -> None:
    linking.dm("alice", "hello")
    linking.settle()
    linking.stack.instagram.webhooks.redeliver()
    linking.settle()
    linking.dm("alice", "and?")
    linking.settle()
    assert len(linking.sent_to("alice")) == 1
    linking.advance(3601)
    linking.dm("alice", "still here")
    linking.settle()
    assert len(linking.sent_to("alice")) == 2


def test_a_closed_conversation_opens_for_who_must_connect_first_too(linking: World) -> None:
    linking.dm("alice", "hello")
    linking.settle()
    bootstrap.services("back_office").office.actions.close(linking.thread("alice"), OWNER)
    linking.advance(3601)
    linking.dm("alice", "again")
    linking.settle()
    stored = linking.conversation("alice")
    assert (stored["status"], stored["boundaries"][-1]["what"]) == ("open", "reopened")
    assert len(linking.sent_to("alice")) == 2


def test_only_the_hash_of_a_sent_token_is_stored(linking: World) -> None:
    linking.dm("alice", "hello")
    linking.settle()
    token = httpx.URL(_link(linking)).params["token"]
    hashed = hashlib.sha256(token.encode()).hexdigest()
    assert linking.store.document(f"verification_tokens/{hashed}").get().exists
    everything = [*linking.messages("alice"), linking.conversation("alice")]
    kept = str(everything + linking.documents("verification_tokens"))
    assert token not in kept
    assert token[:40] not in kept  # as a word by which the message would be found


def test_looking_at_the_page_consumes_nothing_and_the_button_connects(linking: World) -> None:
    linking.dm("alice", "hello")
    linking.settle()
    link = _link(linking)
    for _ in range(3):
        assert "<button>Connect</button>" in linking.http.get(link).text
    assert _press(linking, link).status_code == 200
    (contact,) = linking.documents("contacts")
    assert contact["connected_user_id"] == ALICE
    assert contact["connected_at"] is not None
    assert _press(linking, link).status_code == 410


def test_a_connected_person_is_thanked_once_and_answered(linking: World) -> None:
    linking.dm("alice", "hello")
    linking.settle()
    _press(linking, _link(linking))
    linking.dm("alice", "is it open?")
    linking.settle()
    linking.dm("alice", "and tomorrow?")
    linking.settle()
    _, thanks, first, second = linking.sent_to("alice")
    assert thanks == THANKS
    assert "is it open?" in first
    assert "and tomorrow?" in second


def test_who_was_unlinked_and_connects_again_is_thanked_again_and_answered(linking: World) -> None:
    thread = linking.thread("alice")
    for _ in range(2):
        linking.dm("alice", "hello")
        linking.settle()
        _press(linking, _link(linking))
        linking.dm("alice", "is it open?")
        linking.settle()
        bootstrap.services("back_office").office.contact.unlink(thread, OWNER)
    _, thanks, answer, _, again, answered = linking.sent_to("alice")
    assert thanks == again == THANKS
    assert "is it open?" in answer
    assert "is it open?" in answered


def test_an_expired_link_does_not_connect(linking: World) -> None:
    linking.dm("alice", "hello")
    linking.settle()
    linking.advance(3601)
    assert _press(linking, _link(linking)).status_code == 410
    assert linking.documents("contacts")[0].get("connected_at") is None


@pytest.mark.parametrize("query", ["", "?token=x&ig_id=1", "?token=" + "a" * 64 + "&ig_id=<b>"])
def test_a_broken_link_explains_itself(linking: World, query: str) -> None:
    answer = linking.http.get(f"{linking.stack.url}/verify{query}")
    assert answer.status_code == 400
    assert "<b>" not in answer.text


def test_somebody_elses_link_does_not_connect(linking: World) -> None:
    linking.dm("alice", "hello")
    linking.settle()
    link = _link(linking).replace(ALICE, igsid_of("bob"))
    assert _press(linking, link).status_code == 400


def test_without_the_setting_nobody_is_asked(world: World) -> None:
    world.dm("alice", "hello")
    world.settle()
    assert not world.sent_to("alice")[0].startswith(WELCOME)


def _kept(world: World) -> str:
    return str([*world.messages("alice"), world.conversation("alice")])


@pytest.mark.parametrize(("seconds", "status"), [(60, "cancelled"), (24 * 3600 + 60, "failed")])
def test_a_link_that_was_never_sent_keeps_no_usable_token(
    linking: World, seconds: int, status: str
) -> None:
    path = "accounts/17841400000000001"
    linking.dm("alice", "hello")
    linking.settle(30)
    linking.store.document(path).set({"state": "paused"}, merge=True)
    linking.call_api("send-verification-dm", ig_id=ALICE, token_plain="0123456789abcdef" * 4)
    if status == "cancelled":
        linking.dm("alice", "STOP")
    linking.settle(seconds)
    linking.store.document(path).set({"state": "active"}, merge=True)
    linking.settle(7200)
    link = [m for m in linking.messages("alice") if m["kind"] == "verification"][-1]
    assert link["status"] == status
    assert "0123456789abcdef" not in _kept(linking)


def test_a_link_that_only_its_echo_confirmed_keeps_no_usable_token(linking: World) -> None:
    linking.instagram_does({"apply": True, "status": 500, "echo": "after"})
    linking.dm("alice", "hello")
    linking.settle()
    link = [m for m in linking.messages("alice") if m["kind"] == "verification"][-1]
    assert link["status"] == "sent"
    assert httpx.URL(_link(linking)).params["token"] not in _kept(linking)


def test_a_link_that_nobody_confirmed_keeps_no_usable_token(linking: World) -> None:
    linking.instagram_does({"status": 500, "echo": "never"})
    linking.dm("alice", "hello")
    linking.settle(600)
    link = [m for m in linking.messages("alice") if m["kind"] == "verification"][-1]
    assert (link["status"], link["unsettled"]) == ("failed", True)
    assert "token=…" in link["text"]
