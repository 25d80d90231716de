"""A task that can never succeed is answered 200, a caller that is not our queue is refused."""

import httpx
import pytest

from emulators.gateway import credentials
from tests.world import World

FUNCTIONS = ("process_thread", "deliver")


def _call(world: World, function: str, body: bytes) -> httpx.Response:
    url = f"{world.stack.url}/{function}"
    token = world.stack.dispatcher.tokens.issue(credentials.TASKS_SERVICE_ACCOUNT, url)
    return world.http.post(url, content=body, headers={"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b'{"thread_id": 5}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"kind": "dance", "thread_id": "1_2"}',
    ],
    ids=["empty", "null", "list", "cut", "number", "no text", "deep", "no kind of ours"],
)
def test_a_malformed_body_is_not_tried_again(world: World, function: str, body: bytes) -> None:
    answer = _call(world, function, body)
    assert (answer.status_code, answer.json()["outcome"]) == (200, "malformed_task")


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("thread", ["", "x", "1_2/../3", "1_", "_2", "1_\u0662", "1_2_3"])
def test_an_impossible_thread_is_not_tried_again(world: World, function: str, thread: str) -> None:
    answer = world.call_task(function, {"thread_id": thread, "trace_id": "t"})
    assert (answer.status_code, answer.json()["outcome"]) == (200, "unknown_thread")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_thread_that_is_not_stored_is_not_made(world: World, function: str) -> None:
    answer = world.call_task(function, {"thread_id": world.thread("nobody"), "trace_id": "t"})
    assert answer.status_code == 200
    assert world.conversation("nobody") == {}


@pytest.mark.parametrize("function", [*FUNCTIONS, "sweep"])
def test_a_caller_without_a_token_changes_nothing(world: World, function: str) -> None:
    world.dm("alice", "hello")
    world.deliver_webhooks()
    answer = world.http.post(
        f"{world.stack.url}/{function}", json={"thread_id": world.thread("alice")}
    )
    assert answer.status_code in (401, 403)
    assert world.statuses("alice") == ["pending"]
