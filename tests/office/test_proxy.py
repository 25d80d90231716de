"""Google's Identity-Aware Proxy before the office: its word is verified, or nobody enters."""

import base64
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask.testing import FlaskClient
from google.auth.crypt.es import EsSigner

from emulators.gateway import credentials
from services.bootstrap import Services, services
from tests.office.conftest import Desk, browser_before
from tests.world import World

AUDIENCE = "/projects/1234/locations/europe-west1/services/moca-back-office"
KEY, OTHER_KEY = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))

Sign = Callable[..., dict[str, str]]


class Keys(HTTPServer):
    """Serves public keys as Google does, on this machine, and counts who asks."""

    def __init__(self) -> None:
        self.asked, self.status = 0, 200
        pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        self.body = json.dumps({"k1": pem.decode()}).encode()
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: Keys

    def do_GET(self) -> None:
        self.server.asked += 1
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def keys() -> Iterator[Keys]:
    """The proxy's keys."""
    server = Keys()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def door(world: World, keys: Keys) -> FlaskClient:
    """A browser at an office that stands behind the proxy."""
    base = services("back_office")
    url = f"http://127.0.0.1:{keys.server_port}/public_key"
    settings = replace(base.settings, iap_audience=AUDIENCE, iap_keys_url=url)
    return browser_before(Services("back_office", settings, base.clock, base.ids))


@pytest.fixture
def sign(world: World) -> Sign:
    """Makes the header of an assertion; what is given differs from a good one."""

    def made(
        key: ec.EllipticCurvePrivateKey = KEY, head: dict[str, Any] | None = None, **claims: Any
    ) -> dict[str, str]:
        at = int(world.clock.now().timestamp())
        header = {"alg": "ES256", "kid": "k1", "typ": "JWT"} | (head or {})
        body = {
            "iss": "https://cloud.google.com/iap",
            "aud": AUDIENCE,
            "email": "Marta@nova.example",
            "sub": "accounts.google.com:1",
            "iat": at - 10,
            "exp": at + 590,
        } | claims
        signed = f"{_part(header)}.{_part(body)}"
        signature = EsSigner(key).sign(signed)
        return {"x-goog-iap-jwt-assertion": f"{signed}.{_encoded(signature)}"}

    return made


def test_an_operator_enters_by_e_mail_and_acts_under_their_name(
    world: World, desk: Desk, door: FlaskClient, sign: Sign
) -> None:
    marta = _known(desk, "Marta", "marta@nova.example")
    page = door.get("/me", headers=sign())
    assert "<h1>Marta</h1>" in page.text
    token = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert token
    form = {"csrf": token[1], "zone": "Europe/Rome"}
    assert door.post("/me", data=form, headers=sign()).status_code == 303
    assert [o["zone"] for o in world.documents("operators") if o.get("zone")] == ["Europe/Rome"]
    desk.post("/team/dismiss", id=marta)
    world.advance(6)
    assert "/sign-in" in door.get("/me", headers=sign()).headers["location"]


def test_whoever_the_proxy_knows_and_the_team_does_not_needs_a_token_too(
    world: World, desk: Desk, door: FlaskClient, sign: Sign
) -> None:
    assert "/sign-in" in door.get("/", headers=sign()).headers["location"]
    page = door.get("/sign-in", headers=sign()).text
    token = re.search(r'name="csrf" value="([^"]+)"', page)
    assert token
    form = {"csrf": token[1], "token": credentials.ADMIN_TOKEN}
    assert door.post("/sign-in", data=form, headers=sign()).status_code == 302
    assert door.get("/me", headers=sign()).status_code == 200
    # The same browser in somebody else's hands is not signed in.
    other = sign(email="else@nova.example")
    assert "/sign-in" in door.get("/me", headers=other).headers["location"]


def test_nobody_enters_past_the_proxy_whatever_they_hold(
    world: World, desk: Desk, door: FlaskClient, sign: Sign
) -> None:
    _known(desk, "Marta", "marta@nova.example")
    at = int(world.clock.now().timestamp())
    wrong: list[dict[str, str]] = [
        {},
        {"x-goog-authenticated-user-email": "accounts.google.com:marta@nova.example"},
        {"x-goog-iap-jwt-assertion": "a.b.c"},
        {"x-goog-iap-jwt-assertion": "é" * 9000},
        sign(key=OTHER_KEY),
        sign(head={"alg": "none"}),
        sign(head={"alg": "HS256"}),
        sign(head={"kid": "k2"}),
        sign(aud="/projects/1234/locations/europe-west1/services/another"),
        sign(aud=[AUDIENCE]),
        sign(iss="https://accounts.google.com"),
        sign(exp=at - 31, iat=at - 600),
        sign(iat=at + 31),
        sign(exp=at + 10_000),
        sign(exp="soon"),
        sign(email=None),
    ]
    token = {"x-admin-token": credentials.ADMIN_TOKEN}
    for headers in wrong:
        for path in ("/", "/sign-in", "/assets/office.css", "/api/me"):
            answer = door.get(path, headers=headers | token)
            assert answer.status_code == 401, (headers, path)
    assert '"owner"' in door.get("/api/me", headers=sign() | token).text


def test_keys_are_fetched_once_and_without_them_nobody_enters(
    world: World, desk: Desk, door: FlaskClient, sign: Sign, keys: Keys
) -> None:
    _known(desk, "Marta", "marta@nova.example")
    keys.status = 500
    assert door.get("/me", headers=sign()).status_code == 503
    keys.status = 200
    assert door.get("/me", headers=sign()).status_code == 200
    for _ in range(3):  # keys that do not exist are not asked for again and again
        door.get("/me", headers=sign(head={"kid": "made up"}))
    assert keys.asked == 2
    world.advance(3601)
    assert door.get("/me", headers=sign()).status_code == 200
    assert keys.asked == 3


def test_an_e_mail_belongs_to_one_operator(world: World, desk: Desk) -> None:
    _known(desk, "Marta", "marta@nova.example")
    luca = _added(desk, "Luca")
    taken = desk.post("/team/email", id=luca, email="MARTA@nova.example")
    assert (taken.status_code, "Another operator has" in taken.text) == (422, True)
    assert desk.post("/team/email", id=luca, email="luca").status_code == 422


def _known(desk: Desk, name: str, email: str) -> str:
    operator_id = _added(desk, name)
    assert desk.post("/team/email", id=operator_id, email=email).status_code == 200
    return operator_id


def _added(desk: Desk, name: str) -> str:
    token = re.search(r'class="token">([^.<]+)\.', desk.post("/team", name=name, role="agent").text)
    assert token
    return token[1]


def _part(content: dict[str, Any]) -> str:
    return _encoded(json.dumps(content).encode())


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
