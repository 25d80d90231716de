"""Linking a person to an account of the business's own: tokens, links and texts."""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, TypedDict
from urllib.parse import urlencode

from services.domain.ids import account_of, igsid_of
from services.domain.message import Message, MessageFields, masked

#: How long a link is good.
LIVES = timedelta(hours=1)
#: How long the used or expired token's record is kept, so that a late click is explained.
KEPT_FOR = timedelta(days=30)

_TOKEN = re.compile(r"[0-9a-f]{64}")


class TokenFields(TypedDict, total=False):
    """A document of `verification_tokens`: never the token itself."""

    thread_id: str
    account_id: str
    igsid: str
    event_id: str
    status: Literal["issued", "consumed", "expired"]
    created_at: datetime
    expires_at: datetime
    expire_at: datetime
    consumed_at: datetime


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


def without_token(item: Message) -> MessageFields:
    """The fields of a link's message that is not to be sent any more: without its secret."""
    return {"text": masked(item.text)} if item.kind == "verification" else {}


def filled(template: str, *, business: str, link: str = "") -> str:
    """An owner's text; unknown braces stay as they are."""
    return template.replace("{business}", business).replace("{link}", link)


def live(verification: Mapping[str, Any] | None, now: datetime) -> bool:
    """Whether the thread's token can still be used."""
    expires_at = (verification or {}).get("expires_at")
    return isinstance(expires_at, datetime) and now < expires_at


def record(thread_id: str, event_id: str, now: datetime) -> TokenFields:
    """The document of a fresh token."""
    return {
        "account_id": account_of(thread_id),
        "igsid": igsid_of(thread_id),
        "thread_id": thread_id,
        "event_id": event_id,
        "status": "issued",
        "created_at": now,
        "expires_at": now + LIVES,
        "expire_at": now + KEPT_FOR,
    }
