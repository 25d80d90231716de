"""Who the Identity-Aware Proxy says is asking: its signed assertions, read with Google's keys."""

import base64
import binascii
import json
import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx
from google.auth.crypt.es import EsVerifier

from services.adapters.http import pooled
from services.errors import Unavailable
from services.ports import Clock
from services.ttl_cache import TtlCache

#: How long keys are trusted before they are fetched again; Google rotates them over days.
KEPT_FOR = timedelta(hours=1)
#: An unknown key is asked for at most this often: anybody can name one.
ASKED_AGAIN = timedelta(minutes=1)
#: Longer assertions are none of Google's.
LONGEST = 8192


class ProxyAssertions:
    """Reads assertions (JWT, ES256); the public keys are fetched once and kept."""

    def __init__(
        self, keys_url: str, clock: Clock, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._url = keys_url
        self._client = pooled(transport)
        self._lock = threading.Lock()  # one fetch at a time
        self._kept = TtlCache[None, Mapping[str, EsVerifier]](clock=clock, ttl=KEPT_FOR)

    def claims(self, assertion: str) -> Mapping[str, Any] | None:
        """What it says, if Google signed it; None for anything else. Raises `Unavailable`."""
        head, _, rest = assertion.partition(".")
        body, _, signature = rest.partition(".")
        header, claims = _json(head), _json(body)
        if len(assertion) > LONGEST or header is None or claims is None:
            return None
        if header.get("alg") != "ES256":
            return None
        key = self._key(str(header.get("kid") or ""))
        signed = _bytes(signature)
        if key is None or not signed or not key.verify(f"{head}.{body}".encode(), signed):
            return None
        return claims

    def _key(self, name: str) -> EsVerifier | None:
        with self._lock:
            known = self._kept.get(None, self._fetched)
            if name not in known:
                known = self._kept.get(None, self._fetched, within=ASKED_AGAIN)
            return known.get(name)

    def _fetched(self) -> dict[str, EsVerifier]:
        try:
            answer = self._client.get(self._url)
            answer.raise_for_status()
            listed = answer.json()
            return {str(name): EsVerifier.from_string(pem) for name, pem in listed.items()}
        except (httpx.HTTPError, ValueError, TypeError, AttributeError) as error:
            kind = type(error).__name__
            raise Unavailable(f"The proxy's public keys cannot be had ({kind}).") from error


def _json(part: str) -> dict[str, Any] | None:
    try:
        found = json.loads(_bytes(part))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _bytes(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
