"""A webhook's bytes and signatures, as Meta writes them."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

# Messenger Platform documentation, Webhooks, "Validating payloads": the signature is made over an
# escaped body. The escapes occur in JSON only inside strings, so plain replacement is safe.
_ESCAPES = {"/": "\\/", "<": "\\u003C", "%": "\\u0025", "@": "\\u0040"}


def wire_bytes(body: Mapping[str, Any]) -> bytes:
    """The body as sent: ASCII only, everything else as \\uXXXX in lower case."""
    text = json.dumps(body, ensure_ascii=True, separators=(",", ":"))
    for plain, escaped in _ESCAPES.items():
        text = text.replace(plain, escaped)
    return text.encode("ascii")


def signature_headers(body: bytes, app_secret: str) -> dict[str, str]:
    """The two signature headers over exactly these bytes."""
    key = app_secret.encode()
    return {
        "X-Hub-Signature": "sha1=" + hmac.new(key, body, hashlib.sha1).hexdigest(),
        "X-Hub-Signature-256": "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest(),
    }
