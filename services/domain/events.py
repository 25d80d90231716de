"""What a webhook body says, item by item; parsed leniently, because Meta's shapes vary.

An item of a shape that is not known becomes `Unhandled` and never spoils its siblings. Who is
the account and who the person is not decided here: it depends on which accounts are ours.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from services.domain.clean import clean_text
from services.domain.contents import content_of, referral_of, text_of
from services.domain.envelopes import Misshapen, items, platform_id
from services.domain.ids import digest, document_id, is_platform_id, thread_id

#: Numbers below this are seconds, not milliseconds: the dashboard's test events send seconds.
_SECONDS_BELOW = 10**11
#: An instant further ahead than this is no clock's error; it would keep a window open for ever.
_AHEAD = timedelta(days=1)
#: Characters of a mid; Meta's have some 150.
LONGEST_MID = 1000


class What(StrEnum):
    """What an item is, to the store."""

    MESSAGE = "message"  # a message itself: it alone creates the message's document
    EDIT = "edit"
    UNSEND = "unsend"
    REACTION = "reaction"
    READ = "read"
    REFERRAL = "referral"  # a person came through a link; there is nothing to answer
    NOTICE = "notice"  # what the reader of a conversation should know: handover, opt-in


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened in a thread. `placed` says in which."""

    what: What
    sender: str
    recipient: str
    timestamp: datetime
    mid: str = ""  #: of the message that it is, or is about
    content: Mapping[str, Any] = field(default_factory=dict)  #: fields as they are stored
    entry_id: str = ""
    stamp: str = ""  #: Meta's timestamp as it came: part of the key of what may come repeatedly
    says_echo: bool = False
    standby: bool = False
    account_id: str = ""
    igsid: str = ""
    echo: bool = False  #: sent from the account
    raw: Any = field(default=None, repr=False)  #: as it came

    def placed(self, account_id: str, igsid: str, *, echo: bool) -> "Event":
        """The same event, knowing who is who."""
        return replace(self, account_id=account_id, igsid=igsid, echo=echo)

    @property
    def thread_id(self) -> str:
        """The thread it belongs to."""
        return thread_id(self.account_id, self.igsid)

    @property
    def text(self) -> str:
        """Its text, if it has one."""
        return str(self.content.get("text") or "")

    @property
    def kind(self) -> str:
        """Its kind, as stored."""
        return str(self.content.get("kind") or self.what)

    @property
    def about(self) -> str:
        """The document id of the message that it is, or is about."""
        return document_id(self.mid)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplaced:
    """An edit that names nobody: on live accounts it may come in the place of the message."""

    mid: str
    entry_id: str
    raw: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Unhandled:
    """An item that no rule knows; kept as it came, with where it stood, to be tried again."""

    reason: str
    raw: Any
    entry_id: str = ""
    standby: bool = False


Parsed = Event | Unplaced | Unhandled


def parse(body: Any, received_at: datetime) -> Iterator[Parsed]:
    """Every event of a webhook body, in its order; `received_at` stands in for a missing time.

    The account's messages to itself are left out.
    """
    for item in items(body):
        if isinstance(item, Misshapen):
            yield Unhandled(reason=item.reason, raw=item.value, entry_id=item.entry_id)
        elif isinstance(item.value, Mapping):
            yield from _events(item.value, item.entry_id, received_at, standby=item.standby)
        else:
            yield Unhandled(
                reason="unknown_event",
                raw=item.value,
                entry_id=item.entry_id,
                standby=item.standby,
            )


def _events(
    item: Mapping[str, Any], entry_id: str, received_at: datetime, *, standby: bool
) -> Iterator[Parsed]:
    known = [name for name in _READERS if isinstance(item.get(name), Mapping)]
    if not known:
        yield Unhandled(reason="unknown_event", raw=item, entry_id=entry_id, standby=standby)
    for name in known:
        if not _is_self(item, item[name]):
            event = _event(name, item, received_at)
            if isinstance(event, Unplaced):
                yield replace(event, entry_id=entry_id)
            else:
                yield replace(event, entry_id=entry_id, standby=standby)


def _event(name: str, item: Mapping[str, Any], received_at: datetime) -> Parsed:
    body = item[name]
    sender, recipient = _party(item.get("sender")), _party(item.get("recipient"))
    reading = _READERS[name](name, body)
    if reading is None:
        return Unhandled(reason=f"unknown_{name}", raw=item)
    what, content = reading
    mid = _mid(body.get("mid"))
    if name == "postback" and not mid:
        mid = "postback-" + digest(sender, item.get("timestamp"), content["payload"])
    if what in _ABOUT_A_MESSAGE and not mid:
        return Unhandled(reason="no_mid", raw=item)
    if what is What.EDIT and not sender and not recipient:
        return Unplaced(mid=mid, entry_id="", raw=item)
    if not (is_platform_id(sender) and is_platform_id(recipient)):
        return Unhandled(reason="bad_ids", raw=item)
    return Event(
        what=what,
        sender=sender,
        recipient=recipient,
        timestamp=instant(item.get("timestamp"), received_at),
        mid=mid,
        content=content,
        stamp=_stamp(item.get("timestamp")),
        says_echo=body.get("is_echo") is True,
        raw=item,
    )


#: These are nothing without the message that they are, or are about.
_ABOUT_A_MESSAGE = (What.MESSAGE, What.EDIT, What.UNSEND, What.REACTION, What.READ)

Reading = tuple[What, dict[str, Any]] | None


def _message(_name: str, body: Mapping[str, Any]) -> Reading:
    if body.get("is_deleted") is True:
        return What.UNSEND, {}
    if isinstance(body.get("admin_text"), str) and "mid" not in body:
        return What.NOTICE, _notice("admin_text", body["admin_text"], body)
    return What.MESSAGE, content_of(body)


def _edit(_name: str, body: Mapping[str, Any]) -> Reading:
    return What.EDIT, {"text": text_of(body.get("text")), "num_edit": _count(body)}


def _reaction(_name: str, body: Mapping[str, Any]) -> Reading:
    action = body.get("action")
    if action not in ("react", "unreact"):
        return None
    name, emoji = text_of(body.get("reaction"))[:40], text_of(body.get("emoji"))[:40]
    shown = emoji or name or ("" if action == "unreact" else "?")
    return What.REACTION, {"text": shown, "action": action, "reaction": name}


def _read(_name: str, _body: Mapping[str, Any]) -> Reading:
    return What.READ, {}


def _postback(_name: str, body: Mapping[str, Any]) -> Reading:
    title, payload = text_of(body.get("title")), text_of(body.get("payload"))
    content: dict[str, Any] = {"text": title or payload, "payload": payload}
    referral = referral_of(body.get("referral"))
    if referral:
        content["referral"] = referral
    return What.MESSAGE, {**content, "kind": "postback", "message_type": "postback"}


def _referral(_name: str, body: Mapping[str, Any]) -> Reading:
    found = referral_of(body)
    text = f"came through {found.get('source') or 'a link'}"
    return What.REFERRAL, {"text": text, "referral": found}


def _happening(name: str, body: Mapping[str, Any]) -> Reading:
    return What.NOTICE, _notice(name, _NOTICES[name], body)


def _notice(name: str, text: str, body: Mapping[str, Any]) -> dict[str, Any]:
    try:
        detail = json.dumps(body)[:4_000]
    except (RecursionError, ValueError):
        detail = "(too deep to keep)"
    return {"kind": "system", "message_type": name, "text": text_of(text), "detail": detail}


_NOTICES = {
    "optin": "The person opted in to notifications.",
    "pass_thread_control": "The thread was passed to another app or to us.",
    "take_thread_control": "Another app or the inbox took the thread.",
    "request_thread_control": "Another app asks for the thread.",
    "app_roles": "The roles of the apps in this thread changed.",
}

_READERS: dict[str, Callable[[str, Mapping[str, Any]], Reading]] = {
    "message": _message,
    "message_edit": _edit,
    "reaction": _reaction,
    "postback": _postback,
    "read": _read,
    "referral": _referral,
    **dict.fromkeys(_NOTICES, _happening),
}


def instant(value: Any, otherwise: datetime) -> datetime:
    """Meta's timestamp: milliseconds, sometimes seconds, sometimes as a string."""
    try:
        number = float(value)
        seconds = number if abs(number) < _SECONDS_BELOW else number / 1000
        found = datetime.fromtimestamp(seconds, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return otherwise
    return otherwise if found > otherwise + _AHEAD else found


def _stamp(value: Any) -> str:
    return str(value)[:40] if isinstance(value, str | int | float) else ""


def _count(body: Mapping[str, Any]) -> int:
    """How often it was edited: a number or its text; what cannot be read is an edit."""
    try:
        return min(max(int(body.get("num_edit", 1)), 0), 1000)
    except (TypeError, ValueError, OverflowError):
        return 1


def _is_self(item: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    # Beside the sender in postbacks, inside the message otherwise (Meta's Postman collection).
    if item.get("is_self") is True or body.get("is_self") is True:
        return True
    sender = _party(item.get("sender"))
    return bool(sender) and sender == _party(item.get("recipient"))


def _mid(value: Any) -> str:
    return clean_text(value) if isinstance(value, str) and len(value) <= LONGEST_MID else ""


def _party(value: Any) -> str:
    return platform_id(value.get("id")) if isinstance(value, Mapping) else ""
