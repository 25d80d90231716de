"""How stored things are put into words: owners, states, windows, times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from flask import Flask, g, session

from admin import access
from services.domain.conversation import WINDOW
from services.domain.ids import digest
from services.domain.instants import maybe_from_ms
from services.office_sending import HUMAN_WINDOW

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
_HANDOFFS = {
    "customer_request": "they asked for a person",
    "missing_knowledge": "the bot did not know",
    "unsupported_request": "the bot cannot do it",
    "policy_restriction": "a rule forbids an answer",
    "tool_failure": "a tool failed",
    "model_failure": "the model failed twice",
    "usage_limit": "a limit was reached",
    "operator": "a colleague asked",
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
    extra: Fields = field(default_factory=dict)


def register(app: Flask) -> None:
    """Let templates use these words."""
    app.jinja_env.filters["ago"] = ago
    app.jinja_env.filters["clock"] = clock
    app.jinja_env.filters["reason"] = lambda code: _HANDOFFS.get(code or "", code or "")
    app.jinja_env.globals.update(
        name_of=name_of, initials=initials, hue=hue, window=window, owner_badge=owner_badge,
        unread=unread,
    )  # fmt: skip

    @app.context_processor
    def of_this_request() -> dict[str, Any]:
        said = session.pop("said", None)
        return {
            "operator": g.get("operator"), "now": access.now(), "zone": zone(), "said": said,
        }  # fmt: skip


def zone() -> str:
    """The operator's zone, else the business's."""
    wanted = getattr(g.get("operator"), "zone", "") or ""
    return wanted if wanted in zones() else "UTC"


@cache
def zones() -> frozenset[str]:
    """Every zone that this machine knows."""
    return frozenset(available_timezones())


def name_of(conversation: Fields, contact: Fields, thread_id: str) -> str:
    """Who it is: name, else handle, else the platform's number."""
    for source in (contact, conversation):
        for key in ("name", "contact_name", "username", "contact_username"):
            if source.get(key):
                return str(source[key])
    return str(conversation.get("igsid") or thread_id.partition("_")[2])


def initials(name: str) -> str:
    """Two letters for the round picture."""
    words = [w for w in name.replace("_", " ").replace(".", " ").split() if w[0].isalnum()]
    if not words:
        return "?"
    if words[0].isdecimal():
        return "#"
    return (words[0][0] + (words[1][0] if len(words) > 1 else "")).upper()


def hue(thread_id: str) -> int:
    """One of eight colours, always the same for a person."""
    return int(digest("hue", thread_id)[:2], 16) % 8


def unread(row: Fields) -> int:
    """Messages that nobody of the team has seen."""
    if row.get("last_direction") != "inbound" and not row.get("seen_seq"):
        return 0
    return max(0, int(row.get("inbound_seq") or 0) - int(row.get("seen_seq") or 0))


def ago(at: object, present: datetime) -> str:
    """A short relative time; accepts instants and milliseconds."""
    when = at if isinstance(at, datetime) else maybe_from_ms(at)
    if when is None:
        return ""
    seconds = (present - when).total_seconds()
    if seconds < 60:
        return "now"
    if seconds < 3600:
        return f"{int(seconds // 60)} min"
    if seconds < 86_400:
        return f"{int(seconds // 3600)} h"
    if seconds < 7 * 86_400:
        return f"{int(seconds // 86_400)} d"
    local = when.astimezone(ZoneInfo(zone()))
    return f"{local.day} {local:%b}" if when.year == present.year else f"{local:%d.%m.%y}"


def clock(at: object, form: str = "full") -> str:
    """An instant in the operator's zone."""
    when = at if isinstance(at, datetime) else maybe_from_ms(at)
    if when is None:
        return "-"
    local = when.astimezone(ZoneInfo(zone()))
    return f"{local:%H:%M}" if form == "time" else f"{local.day} {local:%b %Y, %H:%M}"


def window(conversation: Fields, present: datetime) -> dict[str, Any]:
    """How long Instagram still takes messages, and what is possible after."""
    last = maybe_from_ms(conversation.get("last_inbound_at"))
    if last is None:
        return {"state": "closed", "short": "", "words": "The person has not written yet."}
    left = last + WINDOW - present
    if left > timedelta(0):
        state = "soon" if left < timedelta(hours=6) else "open"
        return {"state": state, "short": _span(left), "words": f"Window open for {_span(left)}"}
    left = last + HUMAN_WINDOW - present
    if left > timedelta(0):
        words = (
            "The 24 hours are over: the bot is silent. A person may still write for "
            f"{_span(left)}, if Meta granted the account the human-agent permission."
        )
        return {"state": "human", "short": "over 24 h", "words": words}
    words = "Seven days are over: Instagram takes no message until they write again."
    return {"state": "closed", "short": "closed", "words": words}


def owner_badge(conversation: Fields, present: datetime, zone_name: str) -> dict[str, str]:
    """Who answers, in words."""
    owner = str(conversation.get("owner") or "bot")
    until = conversation.get("owner_until")
    if owner == "waiting":
        why = _HANDOFFS.get(str(conversation.get("owner_reason")), "")
        return {"kind": "waiting", "words": "Waiting for you", "more": why}
    if owner == "human" and (until is None or until > present):
        app = conversation.get("owner_reason") == "instagram_app"
        who = "Instagram app" if app else str(conversation.get("assignee_name") or "A person")
        local = until.astimezone(ZoneInfo(zone_name)) if until else None
        return {"kind": "human", "words": who, "more": f"until {local:%H:%M}" if local else ""}
    return {"kind": "bot", "words": "Bot", "more": ""}


def timeline(messages: Sequence[Fields], zone_name: str, present: datetime) -> list[Bubble]:
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
    if kind == "reaction":
        emoji = message.get("emoji") or message.get("reaction") or message.get("text") or ""
        who = "The customer" if role == "customer" else "We"
        return f"{who} reacted {emoji}" if emoji else f"{who} took a reaction back"
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


def _span(left: timedelta) -> str:
    minutes = int(left.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if hours < 6 and minutes else f"{hours} h"
    return f"{hours // 24} days"
