"""How stored things are put into words: names, owners, windows, times."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import format_date, format_skeleton, format_time
from flask import Flask, g
from flask_babel import gettext, ngettext

from admin import access
from admin.language import locale
from admin.telling import brief
from admin.words import TABLES
from services.domain.conversation import WINDOW
from services.domain.ids import digest
from services.domain.instants import maybe_from_ms
from services.domain.sendable import HUMAN_WINDOW

Fields = Mapping[str, Any]


def register(app: Flask) -> None:
    """Let templates use these words."""
    app.jinja_env.filters["ago"] = ago
    app.jinja_env.filters["clock"] = clock
    app.jinja_env.filters["brief"] = brief
    app.jinja_env.filters["pretty"] = pretty
    app.jinja_env.globals.update(
        name_of=name_of, initials=initials, hue=hue, window=window, owner_badge=owner_badge,
        unread=unread,
    )  # fmt: skip

    @app.context_processor
    def of_this_request() -> dict[str, Any]:
        return {"operator": g.get("operator"), "now": access.now()}


def pretty(value: object) -> str:
    """A stored value for a person to read: JSON with its letters and emojis as they are."""
    return json.dumps(value, ensure_ascii=False, indent=1, default=str)


def zone() -> str:
    """The operator's zone, else the business's."""
    wanted = getattr(g.get("operator"), "zone", "") or _business_zone()
    return wanted if wanted in zones() else "UTC"


def _business_zone() -> str:
    parts = access.services()
    return parts.live_settings.account(parts.settings.account_id).operation.time_zone


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
        return gettext("now")
    if seconds < 7 * 86_400:
        return _longest(int(seconds))
    skeleton = "MMMd" if when.year == present.year else "yMd"
    return format_skeleton(skeleton, when, ZoneInfo(zone()), locale=locale())


def clock(at: object, form: str = "full") -> str:
    """An instant in the operator's zone."""
    when = at if isinstance(at, datetime) else maybe_from_ms(at)
    if when is None:
        return "-"
    if form == "time":
        return format_time(when, "short", ZoneInfo(zone()), locale())
    day = format_date(when.astimezone(ZoneInfo(zone())), "medium", locale())
    return f"{day}, {format_time(when, 'short', ZoneInfo(zone()), locale())}"


def window(conversation: Fields, present: datetime) -> dict[str, Any]:
    """How long Instagram still takes messages, and what is possible after."""
    last = maybe_from_ms(conversation.get("last_inbound_at"))
    if last is None:
        return {"state": "closed", "short": "", "words": gettext("The person has not written yet.")}
    left = last + WINDOW - present
    if left > timedelta(0):
        state = "soon" if left < timedelta(hours=6) else "open"
        words = gettext("Window open for %(span)s", span=_span(left))
        return {"state": state, "short": _span(left), "words": words, "closes": last + WINDOW}
    left = last + HUMAN_WINDOW - present
    if left > timedelta(0):
        words = gettext(
            "The 24 hours are over: the bot is silent. A person may still write for %(span)s, "
            "if Meta granted the account the human-agent permission.",
            span=_span(left),
        )
        return {"state": "human", "short": gettext("over 24 h"), "words": words}
    words = gettext("Seven days are over: Instagram takes no message until they write again.")
    return {"state": "closed", "short": gettext("closed"), "words": words}


def owner_badge(conversation: Fields, present: datetime) -> dict[str, str]:
    """Who answers, in words."""
    owner = str(conversation.get("owner") or "bot")
    until = conversation.get("owner_until")
    if owner == "waiting":
        why = str(TABLES["handoff"].get(str(conversation.get("owner_reason")), ""))
        return {"kind": "waiting", "words": gettext("Waiting for you"), "more": why}
    if owner == "human" and (until is None or until > present):
        app = conversation.get("owner_reason") == "instagram_app"
        someone = str(conversation.get("assignee_name") or gettext("A person"))
        who = gettext("Instagram app") if app else someone
        return {"kind": "human", "words": who, "more": _until(until, present)}
    return {"kind": "bot", "words": gettext("Bot"), "more": ""}


def _until(at: datetime | None, present: datetime) -> str:
    if at is None:
        return ""
    soon = at - present < timedelta(hours=20)
    return gettext("until %(time)s", time=clock(at, "time" if soon else "full"))


def _span(left: timedelta) -> str:
    seconds = int(left.total_seconds())
    minutes = seconds % 3600 // 60
    if seconds < 6 * 3600 and minutes and seconds >= 3600:
        return f"{_longest(seconds)} {gettext('%(count)s min', count=minutes)}"
    return _longest(seconds, days_from_hours=48)


def _longest(seconds: int, days_from_hours: int = 24) -> str:
    """In whole days, hours or minutes, rounded down."""
    if seconds < 3600:
        return gettext("%(count)s min", count=seconds // 60)
    if seconds < days_from_hours * 3600:
        return gettext("%(count)s h", count=seconds // 3600)
    return ngettext("%(num)s day", "%(num)s days", seconds // 86_400)
