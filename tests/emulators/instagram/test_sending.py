"""What the Send API accepts, refuses and does."""

from typing import Any

import pytest

from tests.emulators.instagram.world import World, refused

HOUR = 3600


@pytest.fixture
def alice(world: World) -> str:
    igsid: str = world.dm("alice", "hello")["id"]
    return igsid


def test_an_accepted_message_is_listed_with_name_and_mid(world: World, alice: str) -> None:
    answer = world.send(alice, "hi there").json()
    (sent,) = world.sent()
    assert answer == {"recipient_id": alice, "message_id": sent["mid"]}
    assert (sent["to"], sent["to_name"], sent["text"]) == (alice, "alice", "hi there")


@pytest.mark.parametrize(
    "path", ["/me/messages", "/v25.0/me/messages", "/v19.0/17841400000000001/messages"]
)
def test_every_version_and_both_names_of_the_account_work(
    world: World, alice: str, path: str
) -> None:
    body = {"recipient": {"id": alice}, "message": {"text": "hi"}}
    assert world.http.post(path, json=body).status_code == 200


def test_a_form_with_json_values_works_like_json(world: World, alice: str) -> None:
    form = {"recipient": f'{{"id":"{alice}"}}', "message": '{"text":"hi"}'}
    assert world.http.post("/me/messages", data=form).status_code == 200


def test_a_thousand_bytes_are_accepted_and_one_more_is_refused_whole(
    world: World, alice: str
) -> None:
    assert world.send(alice, "\u00e9" * 500).status_code == 200
    assert refused(world.send(alice, "\u00e9" * 500 + "!")) == (100, 2534015)
    assert len(world.sent()) == 1


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"recipient": {"id": "1234567890123456"}}, (100, 2534014)),
        ({"recipient": None}, (100, None)),
        ({"sender_action": "typing_on"}, (100, 2018014)),
        ({"message": None}, (100, 2534015)),
        ({"message": {"text": ""}}, (100, 2534015)),
        ({"tag": "ACCOUNT_UPDATE"}, (100, None)),
        ({"messaging_type": "MESSAGE_TAG"}, (100, None)),
        ({"reply_to": {"mid": "unknown"}}, (100, None)),
        ({"message": {"attachment": {"type": "gif"}}}, (100, 2534015)),
        ({"message": {"attachment": {"type": "image", "payload": "x"}}}, (100, 2534015)),
        ({"reply_to": {"mid": ["x"]}}, (100, None)),
        ({"message": {"attachment": {"type": "image", "payload": {}}}}, (100, 2018008)),
    ],
)
def test_a_wrong_body_is_refused_by_code(
    world: World, alice: str, change: dict[str, Any], expected: tuple[int, int | None]
) -> None:
    body = {"recipient": {"id": alice}, "message": {"text": "hi"}} | change
    assert refused(world.http.post("/me/messages", json=body)) == expected
    assert world.sent() == []


def test_the_window_closes_after_24_hours_and_opens_with_the_next_message(
    world: World, alice: str
) -> None:
    world.clock.advance(24 * HOUR - 1)
    assert world.send(alice).status_code == 200
    world.clock.advance(1)
    assert refused(world.send(alice)) == (10, 2534022)
    world.dm("alice", "still there?")
    assert world.send(alice).status_code == 200


def test_a_person_who_never_wrote_is_outside_the_window(world: World) -> None:
    igsid = world.control("owner", to="bob", text="hi")["id"]
    assert refused(world.send(igsid)) == (10, 2534022)


def test_a_human_agent_may_write_for_seven_days(world: World, alice: str) -> None:
    world.clock.advance(7 * 24 * HOUR - 1)
    assert world.send(alice, tag="HUMAN_AGENT").status_code == 200
    assert world.sent()[0]["tag"] == "HUMAN_AGENT"
    world.clock.advance(1)
    assert refused(world.send(alice, tag="HUMAN_AGENT")) == (10, 2534022)


def test_the_human_agent_tag_needs_its_permission(world: World, alice: str) -> None:
    world.control("account", human_agent=False)
    assert refused(world.send(alice, tag="HUMAN_AGENT")) == (10, None)


def test_actions_are_listed_apart_and_give_no_echo(world: World, alice: str) -> None:
    mid = world.dm("alice", "nice")["mid"]
    world.sim.webhooks.pump()
    react = {"sender_action": "react", "payload": {"message_id": mid, "reaction": "love"}}
    for more in ({"sender_action": "typing_on"}, {"sender_action": "mark_seen"}, react):
        answer = world.http.post("/me/messages", json={"recipient": {"id": alice}, **more})
        assert answer.json() == {"recipient_id": alice}
    actions = [action["action"] for action in world.http.get("/_sim/actions").json()]
    assert actions == ["typing_on", "mark_seen", "react"]
    assert (world.sent(), world.sim.webhooks.pump()) == ([], 0)


def test_a_person_can_be_made_unreachable(world: World, alice: str) -> None:
    world.control("people", name="alice", send_error={"code": 551, "subcode": 1545041})
    assert refused(world.send(alice)) == (551, 1545041)


def test_the_hundred_and_first_send_within_a_second_is_throttled(world: World, alice: str) -> None:
    world.control("limits", per_second={"send": 3})
    statuses = [world.send(alice).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 400]
    world.clock.advance(1)
    assert world.send(alice).status_code == 200


def test_an_uploaded_attachment_can_be_sent_by_its_id(world: World, alice: str) -> None:
    media = {"type": "image", "payload": {"url": "https://example.com/a.png"}}
    upload = world.http.post("/me/message_attachments", json={"message": {"attachment": media}})
    attachment_id = upload.json()["attachment_id"]
    for given, status in ((attachment_id, 200), ("1", 400)):
        attachment = {"type": "image", "payload": {"attachment_id": given}}
        body = {"recipient": {"id": alice}, "message": {"attachment": attachment}}
        assert world.http.post("/me/messages", json=body).status_code == status


def test_titles_of_quick_replies_are_cut_to_twenty_characters(world: World, alice: str) -> None:
    reply = {"content_type": "text", "title": "x" * 30, "payload": "X"}
    message = {"text": "choose", "quick_replies": [reply]}
    world.http.post("/me/messages", json={"recipient": {"id": alice}, "message": message})
    assert world.sent()[0]["quick_replies"][0]["title"] == "x" * 20
