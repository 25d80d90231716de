"""The subscription handshake, as Meta performs it when a webhook is set up."""

from dataclasses import dataclass

import httpx

_CHALLENGE = "1158201444"


@dataclass(frozen=True)
class Handshake:
    """How the webhook answered; `ok` when Meta would accept it."""

    ok: bool
    status: int
    body: str


def shake_hands(url: str, verify_token: str, challenge: str = _CHALLENGE) -> Handshake:
    """GET the webhook with a challenge; it must come back alone, with 200."""
    query = {"mode": "subscribe", "challenge": challenge, "verify_token": verify_token}
    parameters = {f"hub.{name}": value for name, value in query.items()}
    response = httpx.get(url, params=parameters, timeout=20)
    ok = response.status_code == httpx.codes.OK and response.text == challenge
    return Handshake(ok, response.status_code, response.text)
