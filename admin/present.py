"""How stored things are put into words: names, owners, windows, times."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from flask import Flask, g, session

from admin import access
from services.domain.conversation import WINDOW
from services.domain.ids import digest
from services.domain.instants import maybe_from_ms
from services.domain.sendable import HUMAN_WINDOW

Fields = Mapping[str, Any]


_HANDOFFS = {
    "customer_request": "they asked for a person",
    "missing_knowledge": "the bot did not know",
    "unsupported_request": "the bot cannot do it",
    "policy_restriction": "a rule forbids an answer",
    "tool_failure": "a tool failed",
    "model_failure": "the model failed twice",
    "usage_limit": "a limit was reached",
    "no_rule": "no rule answers it",
    "operator": "a colleague asked",
}


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
    if row.get("last_direction") != "inbound":
        return 0  # somebody has answered
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


def _span(left: timedelta) -> str:
    minutes = int(left.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if hours < 6 and minutes else f"{hours} h"
    return f"{hours // 24} days"
