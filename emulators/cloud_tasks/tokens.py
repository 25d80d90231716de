"""OIDC tokens as Google issues them, signed with a key of this process."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

ISSUER = "https://accounts.google.com"
LIFETIME = 3600
CLOCK_SKEW = 10
SIGNATURE_REMOVED = "SIGNATURE_REMOVED_BY_GOOGLE"


class InvalidToken(Exception):
    """A request that Cloud Run's front would turn away."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        """403 without any token, 401 for one that does not hold."""


class Tokens:
    """Issues and verifies; issuer and verifier must share the object, which holds the key."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._issued: dict[tuple[str, str], tuple[float, str]] = {}

    def issue(self, email: str, audience: str) -> str:
        """A signed RS256 JWT for a service account, valid for an hour; reused while half fresh."""
        now = self._clock().timestamp()
        made_at, token = self._issued.get((email, audience), (0.0, ""))
        if token and 0 <= now - made_at < LIFETIME / 2:
            return token
        token = self._signed(_claims(email, audience, int(now)))
        self._issued[email, audience] = (now, token)
        return token

    def verify(self, header: str | None, audience: str | None) -> dict[str, Any]:
        """The claims of an `Authorization` header's value; InvalidToken if they prove nothing.

        With `audience` None every audience is accepted.
        """
        if not header:
            raise InvalidToken(403, "no token")
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer":
            raise InvalidToken(401, "not a bearer token")
        claims = self._checked(token.strip())
        if audience is not None and claims.get("aud") != audience:
            raise InvalidToken(401, f"the token is for {claims.get('aud')!r}")
        return claims

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def _signed(self, claims: Mapping[str, Any]) -> str:
        header = {"alg": "RS256", "kid": "local", "typ": "JWT"}
        signed = f"{_encoded(_json(header))}.{_encoded(_json(claims))}"
        signature = self._key.sign(signed.encode(), padding.PKCS1v15(), SHA256())
        return f"{signed}.{_encoded(signature)}"

    def _checked(self, token: str) -> dict[str, Any]:
        signed, _, signature = token.rpartition(".")
        try:
            key, proof = self._key.public_key(), _decoded(signature)
            key.verify(proof, signed.encode(), padding.PKCS1v15(), SHA256())
            claims: dict[str, Any] = json.loads(_decoded(signed.partition(".")[2]))
        except (InvalidSignature, ValueError, binascii.Error) as error:
            raise InvalidToken(401, "the signature does not hold") from error
        now = self._clock().timestamp()
        if not claims["iat"] - CLOCK_SKEW <= now <= claims["exp"] + CLOCK_SKEW:
            raise InvalidToken(401, "the token is expired or not yet valid")
        return claims


def without_signature(header: str) -> str:
    """The header value as a Cloud Run service sees it, once its front has checked the token."""
    signed, _, _ = header.rpartition(".")
    return f"{signed}.{SIGNATURE_REMOVED}"


def _claims(email: str, audience: str, now: int) -> dict[str, Any]:
    subject = str(int.from_bytes(sha256(email.encode()).digest()[:8], "big")).zfill(21)
    return {
        "aud": audience,
        "azp": subject,
        "email": email,
        "email_verified": True,
        "exp": now + LIFETIME,
        "iat": now,
        "iss": ISSUER,
        "sub": subject,
    }


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
