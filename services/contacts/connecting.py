"""At the claim: who has not connected gets a link instead of a turn, who has is thanked once."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from services.domain import linking, paths
from services.domain.conversation import Conversation
from services.domain.documents import Create, Update, Write
from services.domain.ids import digest
from services.domain.message import Message
from services.domain.operation import Operation
from services.outbox.enqueue import joining, parties


@dataclass(frozen=True, slots=True)
class Offer:
    """A fresh token, for the case that a link is to be sent; made outside of the transaction."""

    base_url: str
    token: str


@dataclass(frozen=True, slots=True)
class Joined:
    """What linking adds to a claim: writes, fields of the conversation, the thread with them."""

    thread: Conversation
    writes: list[Write] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)


def invitation(
    thread: Conversation, offer: Offer | None, settings: Operation, now: datetime, event_id: str
) -> Joined:
    """A link for a person who has none that lives; nothing for one who has."""
    standing = thread.verification or {}
    if offer is None or (linking.live(standing, now) and standing.get("sent")):
        return Joined(thread)
    return offered(thread, offer, settings, now, event_id)


def offered(
    thread: Conversation, offer: Offer, settings: Operation, now: datetime, event_id: str
) -> Joined:
    """The token takes the place of the person's live one, and its link joins the line."""
    hashed = linking.hash_of(offer.token)
    address = linking.link(offer.base_url, offer.token, thread.igsid)
    text = linking.filled(settings.verification_text, business=settings.business_name, link=address)
    item_id = f"verification-{hashed[:32]}"
    item, fields = joining(thread, item_id, text, "verification", settings=settings, now=now)
    writes, record = issued(thread, hashed, now, event_id)
    fields["verification"] = {**record, "sent": True}
    joined = replace(thread, outbox=(*thread.outbox, item_id))
    return Joined(joined, [*writes, item], fields)


def issued(
    thread: Conversation, hashed: str, now: datetime, event_id: str
) -> tuple[list[Write], dict[str, Any]]:
    """A token's document, the end of the one before, and what the conversation remembers."""
    known = parties(thread.thread_id)
    writes: list[Write] = [
        Create(
            paths.token(hashed),
            linking.record(thread.thread_id, known, event_id, now),
        )
    ]
    before = thread.verification or {}
    if linking.live(before, now) and before.get("hash") != hashed:
        writes.append(Update(paths.token(before["hash"]), {"status": "expired"}))
    record = {"hash": hashed, "expires_at": now + linking.LIVES, "event_id": event_id}
    return writes, record


def thanks(
    thread: Conversation, messages: tuple[Message, ...], settings: Operation, now: datetime
) -> Joined:
    """The acknowledgement, once, beside the first turn after the connection."""
    if not settings.account_linking or thread.acknowledged_at is not None or not messages:
        return Joined(thread)
    text = linking.filled(settings.acknowledgement_text, business=settings.business_name)
    # Named by now: who was unlinked is thanked again.
    item_id = digest("acknowledgement", thread.thread_id, now.timestamp())
    item, fields = joining(thread, item_id, text, "acknowledgement", settings=settings, now=now)
    fields["acknowledged_at"] = now
    return Joined(replace(thread, outbox=(*thread.outbox, item_id)), [item], fields)
