"""Meta's `signed_request` (Meta for Developers, Data Deletion Request Callback)."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any


def user_of(signed_request: str, secrets: Sequence[str]) -> str | None:
    """The `user_id` of a request that one of the app secrets signed, else None.

    The signature is over the encoded payload as it came, not over the JSON inside.
    """
    signature, dot, payload = signed_request.partition(".")
    given = _decoded(signature)
    if not dot or given is None:
        return None
    matches = [
        hmac.compare_digest(hmac.new(s.encode(), payload.encode(), hashlib.sha256).digest(), given)
        for s in secrets
    ]
    found = _json(payload) if any(matches) else None
    if found is None or str(found.get("algorithm", "")).upper() != "HMAC-SHA256":
        return None
    user = found.get("user_id")
    return str(user) if isinstance(user, str | int) and str(user) else None


def _json(payload: str) -> dict[str, Any] | None:
    decoded = _decoded(payload)
    try:
        found = json.loads(decoded or b"")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _decoded(text: str) -> bytes | None:
    """Base64 for URLs, whose padding Meta leaves out."""
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
