"""How stored messages become the lines of a conversation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.media import FETCHED

Fields = Mapping[str, Any]

_STATES = {
    "queued": "Queued",
    "sending": "Sending …",
    "sent": "Sent",
    "read": "Read",
    "failed": "Failed",
    "unconfirmed": "Not confirmed",
    "undecided": "From the Instagram app",
    "cancelled": "Not sent",
    "pending": "Waits for the bot",
    "processing": "The bot is reading it",
}
_REASONS = {
    "owner_human": "a person had the conversation",
    "owner_waiting": "it was waiting for a person",
    "owner_changed": "a person took over",
    "closed": "the conversation was closed",
    "window_closed": "the 24 hours were over",
    "before_boundary": "it came before the conversation was handed back",
    "opted_out": "the person opted out",
    "not_connected": "the person has not connected their account",
}
_EVENTS = {
    "take_over": "{who} took over",
    "hand_back": "{who} handed the conversation back to the bot",
    "close": "{who} closed the conversation",
    "reopen": "{who} reopened the conversation",
    "snooze": "{who} snoozed the conversation",
    "assign": "{who} changed whose conversation it is",
    "label": "{who} added a label",
    "unlabel": "{who} removed a label",
}
#: Names under which Instagram sends some reactions without the emoji.
_EMOJI = {
    "love": "❤️",
    "haha": "😆",
    "smile": "😆",
    "wow": "😮",
    "sad": "😢",
    "angry": "😠",
    "like": "👍",
    "dislike": "👎",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """One line of the timeline."""

    id: str
    side: str  #: `them`, `us`, `note` or `system`
    who: str
    role: str  #: customer · bot · office · app · system
    text: str
    at: datetime
    time: str
    day: str
    day_id: str
    state: str
    state_words: str
    error: str
    kind: str
    kind_words: str = ""
    attachments: Sequence[Fields] = ()
    turn_id: str = ""
    feedback: str = ""
    comment: str = ""
    first_of_day: bool = False
    undescribed: bool = False  #: it holds a picture or a voice note that nothing has read
    extra: Fields = field(default_factory=dict)


def lines_of(messages: Sequence[Fields], zone_name: str, present: datetime) -> list[Bubble]:
    """The messages as lines, each knowing whether a new day begins with it."""
    lines: list[Bubble] = []
    day = ""
    for message in messages:
        line = _bubble(message, ZoneInfo(zone_name), present, day)
        day = line.day_id
        lines.append(line)
    return lines


def _bubble(message: Fields, zone_: ZoneInfo, present: datetime, day_before: str) -> Bubble:
    at = message.get("created_at") or present
    local = at.astimezone(zone_)
    role = _role(message)
    kind, state = str(message.get("kind") or "text"), str(message.get("status") or "")
    return Bubble(
        id=str(message["id"]),
        side=_side(message, role, kind),
        who=_who(message, role),
        role=role,
        text=_text(message, role, kind),
        at=at,
        time=f"{local:%H:%M}",
        day=_day(local, present.astimezone(zone_)),
        day_id=f"{local:%Y-%m-%d}",
        state=state if message.get("direction") != "internal" else "",
        state_words=_state_words(message, state),
        error=str(message.get("error") or "")
        if state in ("failed", "unconfirmed", "cancelled")
        else "",
        kind=kind,
        kind_words=_kind_words(message, kind),
        attachments=[a for a in message.get("attachments") or () if isinstance(a, Mapping)],
        turn_id=str(message.get("turn_id") or "") if role == "bot" else "",
        feedback=str(message.get("feedback") or ""),
        comment=str(message.get("feedback_comment") or ""),
        first_of_day=f"{local:%Y-%m-%d}" != day_before,
        undescribed=_undescribed(message, kind),
        extra=message,
    )


def _role(message: Fields) -> str:
    role = str(message.get("role") or "user")
    if role == "human":
        return "app" if message.get("source") == "instagram_app" else "office"
    return {"user": "customer", "bot": "bot"}.get(role, "system")


def _side(message: Fields, role: str, kind: str) -> str:
    if kind == "note":
        return "note"
    if role == "system" or kind in ("reaction", "read", "edit", "unsend"):
        return "system"
    return "them" if message.get("direction") == "inbound" else "us"


def _who(message: Fields, role: str) -> str:
    if role == "office":
        return str(message.get("operator_name") or "The team")
    return {"customer": "Customer", "bot": "Bot", "app": "You, in the Instagram app"}.get(
        role, "System"
    )


def _text(message: Fields, role: str, kind: str) -> str:
    if kind == "system" and message.get("event"):
        told = _EVENTS.get(str(message["event"]), str(message["event"]).replace("_", " "))
        return told.format(who=message.get("operator_name") or "Moca")
    who = "The customer" if role == "customer" else "We"
    if kind == "reaction":
        emoji = str(message.get("text") or "")
        if message.get("action") == "unreact" or not emoji:
            return f"{who} took a reaction back"
        return f"{who} reacted {_EMOJI.get(emoji, emoji)}"
    if kind == "unsend":
        return f"{who} unsent a message"
    if kind == "edit":
        return f"{who} changed a message: {message.get('text') or ''}"
    if message.get("unsent_at") or message.get("deleted_at"):
        return ""
    return str(message.get("text") or "")


def _kind_words(message: Fields, kind: str) -> str:
    if message.get("unsent_at") or message.get("deleted_at"):
        return "Unsent by the customer"
    words = {
        "story_reply": "Replied to your story",
        "story_mention": "Mentioned you in their story",
        "share": "Shared a post",
        "quick_reply": "Tapped a quick reply",
        "postback": "Tapped a button",
        "referral": "Came by a link or an advertisement",
        "unsupported": "Instagram cannot show this message here",
        "verification": "Verification message",
        "acknowledgement": "Acknowledgement",
    }
    edited = "Edited" if message.get("edited_at") else ""
    return " · ".join(w for w in (words.get(kind, ""), edited) if w)


def _undescribed(message: Fields, kind: str) -> bool:
    if message.get("direction") != "inbound" or kind == "story_mention":
        return False
    done = ("description", "transcription", "unsent_at", "deleted_at")
    if any(message.get(name) for name in done):
        return False
    files = [a for a in message.get("attachments") or () if isinstance(a, Mapping)]
    return any(a.get("url") and str(a.get("type")) in FETCHED for a in files)


def _state_words(message: Fields, state: str) -> str:
    if message.get("direction") == "internal":
        return ""
    reason = str(message.get("reason") or "")
    if message.get("direction") == "inbound":
        if state == "failed":
            return "Not answered: given up"
        if state == "processed" and reason in _REASONS:
            return f"Not answered: {_REASONS[reason]}"
        return _STATES.get(state, "")
    return _STATES.get(state, state)


def _day(local: datetime, present: datetime) -> str:
    days = (present.date() - local.date()).days
    if days == 0:
        return "Today"
    if days == 1:
        return "Yesterday"
    year = "" if local.year == present.year else f" {local.year}"
    return f"{local:%A}, {local.day} {local:%B}{year}"
