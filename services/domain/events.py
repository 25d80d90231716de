"""What a webhook body says, item by item; parsed leniently, because Meta's shapes vary.

Sources: Instagram Platform documentation, Webhooks; observed deviations are noted where they are
handled. An item of a shape that is not known becomes `Unhandled` and never spoils its siblings.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from services.domain.clean import clean_text
from services.domain.ids import is_platform_id, thread_id

#: Numbers below this are seconds, not milliseconds: the dashboard's test events send seconds.
_SECONDS_BELOW = 10**11


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEvent:
    """A text message: a person's, or (`echo`) one that was sent from the account."""

    account_id: str
    igsid: str
    mid: str
    text: str
    timestamp: datetime
    echo: bool = False
    raw: Any = field(default=None, repr=False)  #: as it came

    @property
    def thread_id(self) -> str:
        """The thread it belongs to."""
        return thread_id(self.account_id, self.igsid)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unhandled:
    """An item that no rule knows; kept as it came."""

    reason: str
    raw: Any


Event = MessageEvent | Unhandled


def parse(body: Any, received_at: datetime) -> Iterator[Event]:
    """Every event of a webhook body, in its order; `received_at` stands in for a missing time."""
    for envelope in body if isinstance(body, list) else [body]:
        if not isinstance(envelope, Mapping) or _lower(envelope.get("object")) != "instagram":
            yield Unhandled(reason="unknown_object", raw=envelope)
            continue
        for entry in _items(envelope.get("entry")):
            yield from _entry(entry, received_at)


def _entry(entry: Any, received_at: datetime) -> Iterator[Event]:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("messaging"), list):
        yield Unhandled(reason="unknown_entry", raw=entry)
        return
    for item in entry["messaging"]:
        yield _item(item, received_at)


def _item(item: Any, received_at: datetime) -> Event:
    message = item.get("message") if isinstance(item, Mapping) else None
    if not isinstance(message, Mapping):
        return Unhandled(reason="unknown_event", raw=item)
    echo = message.get("is_echo") is True
    sender, recipient = _party(item.get("sender")), _party(item.get("recipient"))
    account, person = (sender, recipient) if echo else (recipient, sender)
    mid, text = message.get("mid"), message.get("text")
    if not (is_platform_id(account) and is_platform_id(person)):
        return Unhandled(reason="bad_ids", raw=item)
    if not isinstance(mid, str) or not mid or not isinstance(text, str):
        return Unhandled(reason="unknown_message", raw=item)
    if message.get("is_deleted") is True or message.get("is_self") is True:
        return Unhandled(reason="unknown_message", raw=item)
    return MessageEvent(
        account_id=account,
        igsid=person,
        mid=clean_text(mid),
        text=clean_text(text),
        timestamp=instant(item.get("timestamp"), received_at),
        echo=echo,
        raw=item,
    )


def instant(value: Any, otherwise: datetime) -> datetime:
    """Meta's timestamp: milliseconds, sometimes seconds, sometimes as a string."""
    try:
        number = float(value)
        seconds = number if abs(number) < _SECONDS_BELOW else number / 1000
        return datetime.fromtimestamp(seconds, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return otherwise


def _party(value: Any) -> str:
    party = value.get("id") if isinstance(value, Mapping) else None
    return str(party) if isinstance(party, str | int) else ""


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _lower(value: Any) -> str:
    return value.lower() if isinstance(value, str) else ""
