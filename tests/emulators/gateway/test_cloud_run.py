"""Who gets through to a private function, and what it then sees."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest
from werkzeug.test import Client

from emulators.clock import SimClock
from emulators.cloud_tasks.tokens import SIGNATURE_REMOVED, Tokens
from emulators.gateway.cloud_run import InvokerOnly
from tests.world import World

URL = "http://127.0.0.1:8080/deliver"
INVOKER = "moca-tasks@moca-local.iam.gserviceaccount.com"


def _header(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["HTTP_AUTHORIZATION"].encode()]


@pytest.fixture
def tokens() -> Tokens:
    return Tokens(SimClock(datetime(2026, 11, 2, tzinfo=UTC)).now)


def _status(tokens: Tokens, authorization: str | None) -> int:
    client = Client(InvokerOnly(_header, tokens, URL, INVOKER))
    headers = {} if authorization is None else {"Authorization": authorization}
    return client.post("/", headers=headers).status_code


def test_the_function_sees_the_claims_but_not_the_signature(tokens: Tokens) -> None:
    token = tokens.issue(INVOKER, URL)
    client = Client(InvokerOnly(_header, tokens, URL, INVOKER))
    seen = client.post("/", headers={"Authorization": f"Bearer {token}"}).text
    assert seen == f"Bearer {token.rpartition('.')[0]}.{SIGNATURE_REMOVED}"


def test_nobody_gets_through_without_a_token(tokens: Tokens) -> None:
    assert _status(tokens, None) == 403


def test_a_token_for_another_function_is_refused(tokens: Tokens) -> None:
    token = tokens.issue(INVOKER, "http://127.0.0.1:8080/sweep")
    assert _status(tokens, f"Bearer {token}") == 401


def test_a_token_signed_by_somebody_else_is_refused(tokens: Tokens) -> None:
    foreign = Tokens(SimClock(datetime(2026, 11, 2, tzinfo=UTC)).now).issue(INVOKER, URL)
    assert _status(tokens, f"Bearer {foreign}") == 401


def test_another_identity_is_no_invoker(tokens: Tokens) -> None:
    assert _status(tokens, f"Bearer {tokens.issue('eve@moca-local.example', URL)}") == 403


@pytest.mark.parametrize("function", ["process_thread", "deliver", "sweep"])
def test_the_private_functions_stand_behind_it(world: World, function: str) -> None:
    answer = world.http.post(f"{world.stack.url}/{function}", json={"thread_id": "1_2"})
    assert answer.status_code == 403
