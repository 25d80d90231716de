"""Whether Meta signed a body (Messenger Platform documentation, Webhooks, Validate payloads)."""

import hashlib
import hmac
from collections.abc import Sequence


def matching_secret(body: bytes, header: str | None, secrets: Sequence[str]) -> int | None:
    """The position of the app secret that signed the raw bytes, or None.

    Every secret is tried, in constant time each, so that the time tells nothing about them.
    """
    given = (header or "").removeprefix("sha256=").encode("ascii", "replace")
    match = None
    for position, secret in enumerate(secrets):
        expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode()
        if hmac.compare_digest(expected, given) and match is None:
            match = position
    return match


def same_secret(given: str | None, expected: str) -> bool:
    """Constant-time comparison; an empty expected secret matches nothing."""
    told = (given or "").encode(errors="replace")
    return bool(expected) and hmac.compare_digest(told, expected.encode())
