"""What the model is shown of a conversation, and in which order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.agent.input import TurnInput
from services.agent.lines import Lines, fenced, words_of
from services.domain.consolidate import consolidate
from services.domain.message import Message
from services.domain.model import ChatLine, Media
from services.domain.operation import OperatingSettings
from services.domain.playground import NOT_SENT
from services.domain.states import Direction, Role, Status

#: Outgoing messages in these states never reached the person, or nobody knows yet.
_UNSAID = (Status.CANCELLED, Status.FAILED, Status.UNDECIDED)
#: What stands in the thread beside messages: shown by what it changed, not as a line.
_EVENTS = frozenset({"reaction", "read", "edit", "unsend", "note", "system", "optin", "handover"})
_CHARACTERS_PER_TOKEN = 3  # on the safe side for the languages of Europe
#: So many lines leave the history before the notes are written anew: one request for many turns.
LINES_BEFORE_SUMMARY = 12
_LINES_OF_A_TURN = 6  # messages and bubbles, as a rule: the next turn then reads all that is left
_KNOWN = ("given_name", "email", "phone", "company", "sector", "city")


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptContext:
    """The conversation as the model sees it."""

    said: Sequence[ChatLine]
    mids: Mapping[int, str]  #: by the number shown before a message
    person_said: str
    we_said: str  #: the bot and its colleagues, likewise
    is_new_thread: bool
    last_said_at: datetime | None  #: the newest line before the new messages
    leaving: Sequence[Message]  #: what is in no summary yet, and soon nowhere else


def shown(asked: TurnInput, now: datetime) -> PromptContext:
    """The lines before, within the bounds, then the new messages as one input.

    The order is from what never changes to what is new in every turn: the provider caches the
    longest beginning that two requests share.
    """
    new = consolidate(asked.messages)
    past = _past(asked)
    kept = _fitting(past, asked.settings)
    closed, open_ = _divided(kept, asked.thread.boundary(now))
    lines = Lines.of([*closed, *open_, *new], [*past, *new])
    return PromptContext(
        said=[
            *_notes(asked.thread.summary),
            *_closed(closed, lines),
            *(lines.said(m) for m in open_),
            _new(asked, new, lines, now),
        ],
        mids=lines.mids,
        person_said=_said_by((Role.USER,), [*kept, *new]),
        we_said=_said_by((Role.BOT, Role.HUMAN), kept),
        is_new_thread=not past and asked.thread.turns_since is None,
        last_said_at=past[-1].created_at if past else None,
        leaving=_leaving(past, kept, asked),
    )


def with_media(said: Sequence[ChatLine], found: Mapping[str, Sequence[Media]]) -> list[ChatLine]:
    """The lines, the last of which shows what the new messages hold, by message id."""
    *before, new = said
    return [*before, replace(new, media=tuple(item for items in found.values() for item in items))]


def readable(messages: Sequence[Message]) -> list[Message]:
    """The messages that were really said, oldest first."""
    return [
        m
        for m in sorted(messages, key=lambda m: (m.created_at, m.id))
        if m.kind not in _EVENTS
        and m.direction is not Direction.INTERNAL
        and (m.status not in _UNSAID or m.error == NOT_SENT)
        and words_of(m)
    ]


def _past(asked: TurnInput) -> list[Message]:
    new_ids = {m.id for m in asked.messages}
    first = min((m.created_at for m in asked.messages), default=None)
    return [
        m
        for m in readable(asked.history)
        if m.id not in new_ids
        and (first is None or m.created_at < first or m.role is not Role.USER)
    ]


def _fitting(past: list[Message], settings: OperatingSettings) -> list[Message]:
    """The newest lines, no more than the settings say and than fit into so many tokens."""
    first = max(0, len(past) - settings.history_messages)
    left = settings.history_tokens * _CHARACTERS_PER_TOKEN
    for place in range(len(past) - 1, first - 1, -1):
        left -= len(words_of(past[place])) + 20
        if left < 0:
            return past[place + 1 :]
    return past[first:]


def _leaving(past: list[Message], kept: list[Message], asked: TurnInput) -> list[Message]:
    """The lines in no summary that no longer fit, or that a turn soon reads no more.

    So the notes are written while their lines are still read, and no turn needs to read further.
    """
    staying = asked.settings.history_messages - LINES_BEFORE_SUMMARY - _LINES_OF_A_TURN
    until = asked.thread.summary_until
    leaving = past[: len(past) - min(len(kept), max(0, staying))]
    return [m for m in leaving if until is None or m.created_at > until]


def _divided(
    messages: Sequence[Message], boundary: datetime | None
) -> tuple[list[Message], list[Message]]:
    """What the last change of hands has closed, and what came after it."""
    closed = [m for m in messages if boundary is not None and _at(m) <= boundary]
    ids = {m.id for m in closed}
    return closed, [m for m in messages if m.id not in ids]


def _notes(summary: str) -> list[ChatLine]:
    said = f"Notes on what was said before:\n{fenced(summary)}"
    return [ChatLine("user", said)] if summary else []


def _closed(messages: Sequence[Message], lines: Lines) -> list[ChatLine]:
    told = "Closed: the team dealt with this, do not take it up again."
    return [ChatLine("user", "\n".join([told, *map(lines.line, messages)]))] if messages else []


def _said_by(roles: Sequence[Role], messages: Sequence[Message]) -> str:
    return "\n".join(words_of(m) for m in messages if m.role in roles)


def _new(asked: TurnInput, new: Sequence[Message], lines: Lines, now: datetime) -> ChatLine:
    written = [lines.line(m) for m in new if m.role is Role.USER]
    planned = [m for m in new if m.role is not Role.USER]
    parts = [_about(asked, now)]
    if written:
        parts.append("New messages from the person:\n" + "\n".join(written))
    parts += [f"It is time for what you planned: {fenced(m.text)}" for m in planned]
    return ChatLine("user", "\n\n".join(parts))


def _about(asked: TurnInput, now: datetime) -> str:
    """What our own records say; the person's words in it are fenced like all others."""
    contact = asked.contact
    zone = zone_of(asked.settings.time_zone)
    lines = [f"Now: {now.astimezone(zone):%A %Y-%m-%d %H:%M} ({zone.key})"]
    name = contact.get("name") or contact.get("username")
    if name:
        lines.append(f"The name on their profile: {fenced(str(name)[:80])}")
    known = {key: str(contact[key])[:100] for key in _KNOWN if contact.get(key)}
    lines += [
        f"They told their {key.removeprefix('given_')}: {fenced(v)}" for key, v in known.items()
    ]
    return "From our records:\n" + "\n".join(f"- {line}" for line in lines)


def zone_of(name: str) -> ZoneInfo:
    """The time zone of that name; UTC for one that nobody knows."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _at(message: Message) -> datetime:
    return message.received_at or message.created_at
