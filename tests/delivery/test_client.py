"""The Instagram client: both flavours' bodies and headers, paging, reading leniently."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from services.adapters.graph import FixedToken
from services.adapters.instagram import Flavour, Instagram, message_body
from services.domain import files
from services.domain.call import Call
from services.domain.outcome import NotSent, Sent, Throttled, Unknown
from services.errors import GraphRefused, Unavailable
from tests.world import ACCOUNT, World

Answering = Callable[[httpx.Request], httpx.Response]
CALL = Call(igsid="1", text="hi")
NINE = datetime(2026, 11, 2, 9, tzinfo=UTC)


def _client(answer: Answering, flavour: Flavour | None = None) -> Instagram:
    transport = httpx.MockTransport(answer)
    return Instagram(
        "https://graph.example/v26.0", FixedToken("t0ken"), flavour=flavour, transport=transport
    )


def _recording(seen: list[httpx.Request], **body: Any) -> Answering:
    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=body)

    return answer


def test_the_account_speaks_for_itself_with_a_bearer_token() -> None:
    seen: list[httpx.Request] = []
    answer = _client(_recording(seen, message_id="m1", recipient_id="1")).send(ACCOUNT, CALL)
    assert answer.outcome == Sent("m1")
    assert seen[0].url.path == f"/v26.0/{ACCOUNT}/messages"
    assert seen[0].headers["Authorization"] == "Bearer t0ken"
    assert b"t0ken" not in seen[0].url.query + seen[0].content


def test_on_the_messenger_platform_a_page_speaks_and_proves_the_secret() -> None:
    seen: list[httpx.Request] = []
    page = Flavour(name="messenger", page_id="4242", app_secret="s")
    _client(_recording(seen, message_id="m1"), page).send(ACCOUNT, CALL)
    assert seen[0].url.path == "/v26.0/4242/messages"
    assert len(seen[0].url.params["appsecret_proof"]) == 64
    assert json.loads(seen[0].content)["messaging_type"] == "RESPONSE"


@pytest.mark.parametrize(
    ("call", "part"),
    [
        (CALL, {"message": {"text": "hi"}}),
        (Call(igsid="1", text="x", reply_to_mid="m"), {"reply_to": {"mid": "m"}}),
        (Call(igsid="1", text="x", human_agent=True), {"tag": "HUMAN_AGENT"}),
        (
            Call(igsid="1", attachment={"type": "image", "url": "https://x.io/a.png"}),
            {
                "message": {
                    "attachment": {"type": "image", "payload": {"url": "https://x.io/a.png"}}
                }
            },
        ),
        (
            Call(igsid="1", attachment={"type": "like_heart"}),
            {"message": {"attachment": {"type": "like_heart"}}},
        ),
    ],
)
def test_a_message_has_the_body_that_meta_documents(call: Call, part: dict[str, Any]) -> None:
    body = message_body(call, "instagram_login")
    assert {name: body[name] for name in part} == part
    assert "messaging_type" not in body or call.human_agent


def _raising(error: type[httpx.TransportError]) -> Answering:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error("no luck", request=request)

    return answer


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (httpx.ConnectError, NotSent),
        (httpx.ConnectTimeout, NotSent),
        (httpx.PoolTimeout, NotSent),
        (httpx.ReadTimeout, Unknown),
        (httpx.WriteError, Unknown),
        (httpx.RemoteProtocolError, Unknown),
    ],
)
def test_only_a_call_that_never_left_counts_as_not_sent(
    error: type[httpx.TransportError], outcome: type[Any]
) -> None:
    client = _client(_raising(error))
    assert isinstance(client.send(ACCOUNT, CALL).outcome, outcome)
    with pytest.raises(Unavailable):
        client.get_user_profile(ACCOUNT, "1")


def test_a_reaction_whose_answer_is_lost_may_be_repeated() -> None:
    call = Call(igsid="1", reaction="❤️", target_mid="m")
    outcome = _client(_raising(httpx.ReadTimeout)).send(ACCOUNT, call).outcome
    assert isinstance(outcome, NotSent)


def test_an_error_inside_a_200_is_an_error() -> None:
    body = {"error": {"code": 613, "message": "slow"}}
    answer = _client(lambda _: httpx.Response(200, json=body)).send(ACCOUNT, CALL)
    assert isinstance(answer.outcome, Throttled)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"message_id": 5}', b"\xff"])
def test_an_answer_without_a_mid_proves_nothing(body: bytes) -> None:
    answer = _client(lambda _: httpx.Response(200, content=body)).send(ACCOUNT, CALL)
    assert isinstance(answer.outcome, Unknown)


@pytest.mark.parametrize(
    ("headers", "percent", "minutes"),
    [
        ({}, 0, 0),
        ({"X-App-Usage": '{"call_count": 83, "total_time": 5}'}, 83, 0),
        (
            {
                "X-Business-Use-Case-Usage": '{"1": [{"call_count": 9, '
                '"estimated_time_to_regain_access": 12}]}'
            },
            9,
            12,
        ),
        ({"X-App-Usage": "nonsense", "X-Business-Use-Case-Usage": "[1]"}, 0, 0),
    ],
)
def test_usage_headers_are_read_leniently(
    headers: dict[str, str], percent: float, minutes: float
) -> None:
    body = {"message_id": "m"}
    usage = _client(lambda _: httpx.Response(200, headers=headers, json=body)).send(ACCOUNT, CALL)
    assert (usage.usage.percent, usage.usage.regain_minutes) == (percent, minutes)


def test_conversations_are_read_page_by_page_and_only_as_far_as_asked(world: World) -> None:
    people = [f"p{n}" for n in range(30)]
    for person in people:
        world.dm(person, "hi")
        world.advance(1)
    client = Instagram(f"{world.stack.instagram_url}/v26.0", FixedToken("local-access-token"))
    threads = [thread for page in client.get_threads(ACCOUNT) for thread in page]
    assert len(threads) == 30
    assert [t.updated_at for t in threads] == sorted((t.updated_at for t in threads), reverse=True)


def test_history_tells_who_said_what(world: World) -> None:
    world.dm("alice", "hello")
    world.owner_types("alice", "hi alice")
    client = Instagram(f"{world.stack.instagram_url}/v26.0", FixedToken("local-access-token"))
    igsid = world.thread("alice").partition("_")[2]
    heard = client.get_thread_messages(ACCOUNT, igsid)
    assert [(h.text, h.sender_id) for h in heard] == [("hi alice", ACCOUNT), ("hello", igsid)]


@pytest.mark.parametrize(
    ("created", "at"),
    [("2026-11-02T09:00:00+0000", NINE), (1793610000, NINE), ("yesterday", None), (1e300, None)],
)
def test_one_message_is_read_like_those_of_a_conversation(created: Any, at: Any) -> None:
    found = {"created_time": created, "from": {"id": "5"}, "message": "hi"}
    client = _client(lambda _: httpx.Response(200, json=found))
    if at is None:
        with pytest.raises(Unavailable):
            client.get_message(ACCOUNT, "m1")
    else:
        heard = client.get_message(ACCOUNT, "m1")
        assert (heard.mid, heard.sender_id, heard.text, heard.created_at) == ("m1", "5", "hi", at)


def test_a_mid_leads_to_no_other_path() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.raw_path.decode())
        return httpx.Response(404, json={})

    with pytest.raises(Unavailable):
        _client(answer).get_message(ACCOUNT, "me/messages?x=")
    assert asked[0].partition("?")[0].endswith("/me%2Fmessages%3Fx%3D")


def test_a_profile_comes_from_the_api(world: World) -> None:
    world.dm("alice", "hello")
    client = Instagram(f"{world.stack.instagram_url}/v26.0", FixedToken("local-access-token"))
    igsid = world.thread("alice").partition("_")[2]
    assert client.get_user_profile(ACCOUNT, igsid)["name"] == "Alice"
    with pytest.raises(GraphRefused) as refused:
        client.get_user_profile(ACCOUNT, "1234567890")
    assert (refused.value.code, refused.value.subcode) == (100, 33)


PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


def test_a_file_is_uploaded_under_a_plain_name_and_its_picture_is_in_the_echo(world: World) -> None:
    world.instagram_knows("alice")
    client = Instagram(f"{world.stack.instagram_url}/v26.0", FixedToken("local-access-token"))
    file = files.read("Speisekarte für Ämter.png", "text/plain", PNG)
    assert file is not None
    payload = {"attachment_id": client.upload_file(ACCOUNT, file)}
    igsid = world.thread("alice").partition("_")[2]
    call = Call(igsid=igsid, attachment={"type": "image", "payload": payload, "name": "x"})
    assert isinstance(client.send(ACCOUNT, call).outcome, Sent)
    world.deliver_webhooks()
    (echoed,) = world.messages("alice")
    picture = world.http.get(echoed["attachments"][0]["url"])
    assert (picture.content, picture.headers["content-type"]) == (PNG, "image/png")


@pytest.mark.parametrize(
    ("sort", "size", "subcode"), [("audio", 9, 2018047), ("image", 8_000_001, 2018109)]
)
def test_a_file_that_instagram_does_not_take_is_refused_by_its_numbers(
    world: World, sort: str, size: int, subcode: int
) -> None:
    client = Instagram(f"{world.stack.instagram_url}/v26.0", FixedToken("local-access-token"))
    file = files.File(sort=sort, mime_type="image/png", name="a", content=b"0" * size)
    with pytest.raises(GraphRefused) as refused:
        client.upload_file(ACCOUNT, file)
    assert (refused.value.code, refused.value.subcode) == (100, subcode)
