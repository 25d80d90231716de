"""A caller that is not our queue is told so, whatever it sends as a token."""

import base64

import pytest

from services.errors import NoToken, NotOurQueue
from services.security.caller import require_queue


@pytest.mark.parametrize("claims", [b"[" * 5000, b'{"email": "\\ud800"}', b"\xff", b"[]"])
def test_odd_claims_are_refused(claims: bytes) -> None:
    token = f"x.{base64.urlsafe_b64encode(claims).decode()}.x"
    with pytest.raises((NotOurQueue, NoToken)):
        require_queue(f"Bearer {token}", "https://here", "queue@example.com")
