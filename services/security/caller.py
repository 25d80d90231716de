"""Whether a private function was called by our queue.

The platform admits callers by their invoker role and verifies the token; it then removes the
token's signature before the function sees it (Cloud Run documentation, Troubleshooting,
"signature removed"). What the function can check, and does, are the claims.
"""

import base64
import json
from typing import Any

from services.errors import NoToken, NotOurQueue
from services.security.signature import same_secret


def require_queue(authorization: str | None, audience: str | None, service_account: str) -> None:
    """Raises `NoToken` or `NotOurQueue` unless our service account calls `audience`.

    With no `audience` only the account counts: the scheduler's address is not a setting.
    """
    claims = _claims(authorization)
    if not same_secret(str(claims.get("email", "")), service_account):
        raise NotOurQueue("The token's email is not the task queue's service account.")
    if audience is not None and not same_secret(str(claims.get("aud", "")), audience):
        raise NotOurQueue("The token was made for another address.")


def _claims(authorization: str | None) -> dict[str, Any]:
    scheme, _, token = (authorization or "").partition(" ")
    parts = token.split(".")
    if scheme.lower() != "bearer" or len(parts) != 3:
        raise NoToken
    try:
        payload = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        claims = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise NoToken from error
    if not isinstance(claims, dict):
        raise NoToken
    return claims
