"""Ids in the shape of Meta's own: long, base64-like, and never given twice."""

import base64
import hashlib
from collections.abc import Callable
from datetime import datetime


class Ids:
    """Makes ids from the clock and a counter that outlives resets.

    The same calls at the same frozen instants give the same ids; a restart on a running clock
    does not repeat one, so that a kept store never mistakes a new message for an old one.
    """

    def __init__(self, now: Callable[[], datetime], account_id: str) -> None:
        self._now = now
        self._account_id = account_id
        self._count = 0

    def mid(self) -> str:
        """A message's id, about 150 characters."""
        return "aWdfZAG1f" + self._letters(140) + "ZD"

    def attachment(self) -> str:
        """An uploaded attachment's id: digits."""
        return str(10**16 + int.from_bytes(self._digest("attachment")[:6], "big"))

    def wamid(self) -> str:
        """A WhatsApp message's id."""
        return "wamid." + self._letters(44) + "=="

    def fbtrace(self) -> str:
        """The trace id of an error body."""
        return "A" + self._letters(22)

    def token(self) -> str:
        """A refreshed access token."""
        return "local-access-token-" + self._letters(24)

    def _letters(self, length: int) -> str:
        raw = hashlib.shake_256(self._digest("letters")).digest(length)
        return base64.b64encode(raw, altchars=b"Ab").decode()[:length]

    def _digest(self, purpose: str) -> bytes:
        self._count += 1
        seed = f"{purpose} {self._account_id} {self._now().isoformat()} {self._count}"
        return hashlib.sha256(seed.encode()).digest()


def thread_key(account_id: str, igsid: str) -> str:
    """The stable id of a person's conversation, as the Conversations API shows it."""
    digest = hashlib.sha256(f"{account_id} {igsid}".encode()).digest()
    return "aWdfZAG06" + base64.b64encode(digest, altchars=b"Ab").decode().rstrip("=") + "ZD"
