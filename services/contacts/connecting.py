"""At the claim: who has not connected gets a link instead of a turn, who has is thanked once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.domain import linking, paths
from services.domain.conversation import Conversation
from services.domain.documents import Write
from services.domain.ids import digest
from services.domain.message import Message
from services.domain.operation import OperatingSettings
from services.domain.patch import Patch
from services.outbox.enqueue import joining, system_text


@dataclass(frozen=True, slots=True)
class Offer:
    """A fresh token, for the case that a link is to be sent; made outside of the transaction."""

    base_url: str
    token: str


def invitation(
    thread: Conversation,
    offer: Offer | None,
    settings: OperatingSettings,
    now: datetime,
    event_id: str,
) -> Patch:
    """A link for a person who has none that lives; nothing for one who has."""
    standing = thread.verification or {}
    if offer is None or (linking.live(standing, now) and standing.get("sent")):
        return Patch()
    return offered(thread, offer, settings, now, event_id)


def offered(
    thread: Conversation, offer: Offer, settings: OperatingSettings, now: datetime, event_id: str
) -> Patch:
    """The token takes the place of the person's live one, and its link joins the outbox."""
    hashed = linking.hash_of(offer.token)
    address = linking.link(offer.base_url, offer.token, thread.igsid)
    text = linking.filled(settings.verification_text, business=settings.business_name, link=address)
    item = system_text(thread, item_of(hashed), text, "verification", now)
    record = {**remembered(hashed, now, event_id), "sent": True}
    return Patch({"verification": record}, issued(thread, hashed, now, event_id)) | joining(
        thread, [item], settings, now
    )


def item_of(hashed: str) -> str:
    """The id of the message that brings the link of a token."""
    return f"verification-{hashed[:32]}"


def issued(thread: Conversation, hashed: str, now: datetime, event_id: str) -> list[Write]:
    """A token's document, and the end of the one before."""
    record = linking.record(thread.thread_id, event_id, now)
    writes: list[Write] = [paths.token(hashed).create(record)]
    before = thread.verification or {}
    if linking.live(before, now) and before.get("hash") != hashed:
        writes.append(paths.token(before["hash"]).update({"status": "expired"}))
    return writes


def remembered(hashed: str, now: datetime, event_id: str) -> dict[str, Any]:
    """What the conversation keeps of its live token."""
    return {"hash": hashed, "expires_at": now + linking.LIVES, "event_id": event_id}


def thanks(
    thread: Conversation, messages: Sequence[Message], settings: OperatingSettings, now: datetime
) -> Patch:
    """The acknowledgement, once, beside the first turn after the connection."""
    if not settings.account_linking or thread.acknowledged_at is not None or not messages:
        return Patch()
    text = linking.filled(settings.acknowledgement_text, business=settings.business_name)
    # Named by now: who was unlinked is thanked again.
    item_id = digest("acknowledgement", thread.thread_id, now.timestamp())
    item = system_text(thread, item_id, text, "acknowledgement", now)
    return joining(thread, [item], settings, now) | Patch({"acknowledged_at": now})
