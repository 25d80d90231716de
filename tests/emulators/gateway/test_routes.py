"""Which app answers a path, and who may steer the local run."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from werkzeug.test import Client

from emulators.gateway.routes import OwnPagesOnly, Routes
from tests.world import World


def _echo(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps([environ["SCRIPT_NAME"], environ["PATH_INFO"]]).encode()]


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        ("/internal_api", ["/internal_api", "/"]),
        ("/internal_api/", ["/internal_api", "/"]),
        ("/internal_api/api/internal/send-dm", ["/internal_api", "/api/internal/send-dm"]),
        ("/internal_apis", ["", "/internal_apis"]),
        ("/", ["", "/"]),
    ],
)
def test_a_function_sees_its_path_without_the_gateways_prefix(path: str, seen: list[str]) -> None:
    routes = Routes()
    routes.mount("internal_api", _echo)
    routes.mount("", _echo)
    assert Client(routes).get(path).json == seen


def test_before_anything_is_mounted_it_is_unavailable() -> None:
    assert Client(Routes()).get("/webhook").status_code == 503


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "localhost:8080"}, 200),
        ({"Host": "127.0.0.1:8080", "Origin": "http://127.0.0.1:8080"}, 200),
        ({"Host": "[::1]:8080"}, 200),
        ({"Host": "localhost:8080", "Origin": "https://evil.example"}, 403),
        ({"Host": "localhost:8080", "Origin": "null"}, 403),
        ({"Host": "evil.example"}, 403),
        ({"Host": "evil.example:8080", "Origin": "http://evil.example:8080"}, 403),
    ],
)
def test_pages_of_other_origins_cannot_steer_it(headers: dict[str, str], status: int) -> None:
    assert Client(OwnPagesOnly(_echo)).post("/_sim/reset", headers=headers).status_code == status


def test_nor_may_they_reach_the_emulators_behind_it(world: World) -> None:
    foreign, body = {"Origin": "https://evil.example"}, b'{"from": "alice", "text": "x"}'
    for url in (f"{world.stack.instagram_url}/_sim/dm", f"{world.stack.gemini_url}/_sim/reset"):
        assert world.http.post(url, content=body, headers=foreign).status_code == 403
