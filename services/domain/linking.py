"""Linking a person to an account of the business's own: tokens, links and texts."""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from services.domain.message import Message

#: How long a link is good.
LIVES = timedelta(hours=1)
#: How long the used or expired token's record is kept, so that a late click is explained.
KEPT_FOR = timedelta(days=30)

_TOKEN = re.compile(r"[0-9a-f]{64}")
_IN_TEXT = re.compile(r"token=[0-9a-f]{64}")


def is_token(text: str) -> bool:
    """Whether it can be a token: 32 bytes in lower-case hex."""
    return _TOKEN.fullmatch(text) is not None


def hash_of(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def link(base_url: str, token: str, igsid: str) -> str:
    """The address that the person opens."""
    query = urlencode({"token": token, "ig_id": igsid})
    return f"{base_url.rstrip('/')}/verify?{query}"


def masked(text: str) -> str:
    """The text without a usable token: it is kept only as long as it must be sent."""
    return _IN_TEXT.sub("token=…", text)


def without_token(item: Message) -> dict[str, Any]:
    """The fields of a link's message that is not to be sent any more: without its secret."""
    return {"text": masked(item.text)} if item.kind == "verification" else {}


def filled(template: str, *, business: str, link: str = "") -> str:
    """An owner's text; unknown braces stay as they are."""
    return template.replace("{business}", business).replace("{link}", link)


def live(verification: Mapping[str, Any] | None, now: datetime) -> bool:
    """Whether the thread's token can still be used."""
    expires_at = (verification or {}).get("expires_at")
    return isinstance(expires_at, datetime) and now < expires_at


def record(
    thread_id: str, parties: Mapping[str, str], event_id: str, now: datetime
) -> dict[str, Any]:
    """The document of a fresh token."""
    return {
        **parties,
        "thread_id": thread_id,
        "event_id": event_id,
        "status": "issued",
        "created_at": now,
        "expires_at": now + LIVES,
        "expire_at": now + KEPT_FOR,
    }
