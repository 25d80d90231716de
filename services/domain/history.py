"""What Instagram's own history tells, as the events that its webhook would have brought."""

from datetime import datetime
from typing import Any

from services.domain.call import HistoryMessage
from services.domain.events import Event, parse
from services.domain.ids import is_platform_id
from services.domain.instants import to_ms


def event_of(account_id: str, igsid: str, heard: HistoryMessage, now: datetime) -> Event | None:
    """The event of a message in the account's thread with `igsid`, or None where it can be none.

    What the person did not say is an echo; what the account says to itself is no event.
    """
    if not is_platform_id(igsid):
        return None
    echo = heard.sender_id != igsid
    sender, recipient = (account_id, igsid) if echo else (igsid, account_id)
    attachments = [{"type": a["type"], "payload": {"url": a["url"]}} for a in heard.attachments]
    message: dict[str, Any] = {"mid": heard.mid}
    message |= {"text": heard.text} if heard.text else {}
    message |= {"attachments": attachments} if attachments else {}
    message |= {"is_echo": True} if echo else {}
    item = {
        "sender": {"id": sender},
        "recipient": {"id": recipient},
        "timestamp": to_ms(heard.created_at),
        "message": message,
    }
    envelope = {"id": account_id, "time": item["timestamp"], "messaging": [item]}
    parsed = next(parse({"object": "instagram", "entry": [envelope]}, now), None)
    return parsed.placed(account_id, igsid, echo=echo) if isinstance(parsed, Event) else None
