"""Further tries of an item that Instagram did not take, none of them blind."""

from datetime import timedelta

from services.domain.message import Message, MessageFields, found_by
from services.domain.outcome import Refused

#: Pauses before the quick tries, in seconds: most troubles pass within them.
QUICK_SECONDS = (1, 2, 4)
#: Pauses before the later ones: until the window closes.
LATER_SECONDS = (30, 60, 120, 300)


def pause(attempts: int) -> timedelta:
    """How long an item rests after so many attempts."""
    pauses = (*QUICK_SECONDS, *LATER_SECONDS)
    return timedelta(seconds=pauses[min(max(attempts, 1), len(pauses)) - 1])


def simpler(item: Message, outcome: Refused) -> MessageFields:
    """The fields by which a refused item becomes one that Instagram may take, or none.

    A file that Instagram cannot fetch goes as its address; a reply to a message that is gone
    goes without the reference. Either is done once.
    """
    if outcome.attachment and item.attachments:
        address = str(item.attachments[0].get("url") or "")
        return _as_text(address) if address else {}
    if outcome.content and (item.reply_to_mid or item.quick_replies):
        return {"reply_to_mid": None, "quick_replies": []}
    return {}


def _as_text(address: str) -> MessageFields:
    return {"kind": "text", "text": address, "terms": found_by(address), "attachments": []}
