"""How stored messages become the lines of a conversation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton, format_time
from flask_babel import gettext

from admin import telling
from admin.cards import Card, cards_of
from admin.folding import about, folded, reaction_of
from admin.language import locale
from services.agent.attachments import FETCHED
from services.domain.text import Text

Fields = Mapping[str, Any]

#: Lines of one writer that follow each other within so long stand together.
TOGETHER = timedelta(minutes=5)
_WITH_ERROR = ("failed", "unconfirmed", "cancelled")


@dataclass(frozen=True, slots=True)
class Reaction:
    """An emoji on a message; without one it was taken back."""

    side: str  #: `them` or `us`
    emoji: str
    whose: str


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
    error: Text | None
    kind: str
    kind_words: str = ""
    cards: Sequence[Card] = ()
    reactions: Sequence[Reaction] = ()
    reaction: Reaction | None = None  #: where it is one itself, on a message that is elsewhere
    quote: str | None = None  #: what it answers; "" where that is not on the page
    edited: bool = False
    turn_id: str = ""
    feedback: str = ""
    comment: str = ""
    first_of_day: bool = False
    joins: bool = False  #: it goes on from the line before
    undescribed: bool = False  #: it holds a picture or a voice note that nothing has read
    mid: str = ""  #: Instagram's name of it …
    about: str = ""  #: … or of the message that it is about
    extra: Fields = field(default_factory=dict)


def lines_of(messages: Sequence[Fields], zone_name: str, present: datetime) -> list[Bubble]:
    """The messages as lines, each knowing whether a new day begins with it."""
    lines: list[Bubble] = []
    for message in folded(messages):
        before = lines[-1] if lines else None
        lines.append(_bubble(message, ZoneInfo(zone_name), present, before))
    return lines


def _bubble(message: Fields, zone_: ZoneInfo, present: datetime, before: Bubble | None) -> Bubble:
    at = message.get("created_at") or present
    local = at.astimezone(zone_)
    role, kind = _role(message), _text(message, "kind") or "text"
    side, who = _side(message, role, kind), telling.writer(message, role)
    new_day = before is None or before.day_id != f"{local:%Y-%m-%d}"
    return Bubble(
        id=str(message["id"]),
        side=side,
        who=who,
        role=role,
        text=telling.text(message, role, kind),
        at=at,
        time=format_time(local, "short", zone_, locale()),
        day=_day(local, present.astimezone(zone_)),
        day_id=f"{local:%Y-%m-%d}",
        state=_text(message, "status") if message.get("direction") != "internal" else "",
        state_words=telling.state(message),
        error=Text.of(message.get("error")) if message.get("status") in _WITH_ERROR else None,
        kind=kind,
        kind_words=telling.kind(message, role, kind),
        cards=cards_of(message),
        reactions=_reactions(message.get("reactions")),
        reaction=_own_reaction(message, kind, side),
        quote=_quote(message),
        edited=bool(message.get("edited_at")) and not telling.unsent(message),
        turn_id=_text(message, "turn_id") if role == "bot" else "",
        feedback=_text(message, "feedback"),
        comment=_text(message, "feedback_comment"),
        first_of_day=new_day,
        joins=not new_day and _joins(before, side, who, at),
        undescribed=_undescribed(message, kind),
        mid=_text(message, "mid"),
        about=about(message) if side == "system" else "",
        extra=message,
    )


def _text(message: Fields, name: str) -> str:
    return str(message.get(name) or "")


def _role(message: Fields) -> str:
    role = str(message.get("role") or "user")
    if role == "human":
        return "app" if message.get("source") == "instagram_app" else "office"
    return {"user": "customer", "bot": "bot"}.get(role, "system")


def _side(message: Fields, role: str, kind: str) -> str:
    if kind == "note":
        return "note"
    outgoing = message.get("direction") == "outgoing"
    if kind == "reaction" and outgoing and message.get("status") in _WITH_ERROR:
        return "us"  # it did not go, and can be tried again
    if kind in ("reaction", "read", "edit", "unsend") or (role == "system" and not outgoing):
        return "system"
    return "us" if outgoing else "them"


def _joins(before: Bubble | None, side: str, who: str, at: datetime) -> bool:
    if before is None or side == "system":
        return False
    return (before.side, before.who) == (side, who) and at - before.at < TOGETHER


def _reactions(found: object) -> list[Reaction]:
    whose = {"them": gettext("The customer reacted"), "us": gettext("We reacted")}
    known = found if isinstance(found, Mapping) else {}
    return [Reaction(side, telling.emoji(word), whose[side]) for side, word in known.items()]


def _own_reaction(message: Fields, kind: str, side: str) -> Reaction | None:
    if kind != "reaction" or side != "system":
        return None
    whose, word = reaction_of(message)
    return _reactions({whose: word})[0]


def _quote(message: Fields) -> str | None:
    quoted = message.get("quoted")
    if quoted is None:
        return None
    if not quoted:
        return ""
    first = next((card.title for card in cards_of(quoted)), "")
    text = telling.text(quoted, _role(quoted), str(quoted.get("kind") or "text"))
    return text[:200] or first or telling.kind(quoted, _role(quoted), str(quoted.get("kind")))


def _undescribed(message: Fields, kind: str) -> bool:
    if message.get("direction") != "inbound" or kind == "story_mention":
        return False
    done = ("description", "transcription", "unsent_at", "deleted_at")
    if any(message.get(name) for name in done):
        return False
    files = [a for a in message.get("attachments") or () if isinstance(a, Mapping)]
    return any(a.get("url") and str(a.get("type")) in FETCHED for a in files)


def _day(local: datetime, present: datetime) -> str:
    days = (present.date() - local.date()).days
    if days == 0:
        return gettext("Today")
    if days == 1:
        return gettext("Yesterday")
    skeleton = "MMMMEEEEd" if local.year == present.year else "yMMMMEEEEd"
    return format_skeleton(skeleton, local, locale=locale())
