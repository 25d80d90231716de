"""What the model is shown of a conversation, with everything from outside fenced as data."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.agent.input import Asked
from services.domain.consolidate import consolidate
from services.domain.message import Message
from services.domain.model import Media, Said
from services.domain.operation import Operation
from services.domain.playground import NOT_SENT
from services.domain.states import Direction, Role, Status

#: Outgoing messages in these states never reached the person, or nobody knows yet.
_UNSAID = (Status.CANCELLED, Status.FAILED, Status.UNDECIDED)
#: What stands in the thread beside messages: shown by what it changed, not as a line.
_EVENTS = frozenset({"reaction", "read", "edit", "unsend", "note", "system", "optin", "handover"})
_CHARACTERS_PER_TOKEN = 3  # on the safe side for the languages of Europe
_MOST_CHARACTERS = 4000  # of one message
#: An angle bracket before another of its kind: together they could pose as a marker.
_DOUBLED = re.compile(r"([<>])(?=\1|$)")
#: So many lines leave the history before the notes are written anew: one request for many turns.
LINES_BEFORE_SUMMARY = 12
_LINES_OF_A_TURN = 6  # messages and bubbles, as a rule: the next turn then reads all that is left
_KNOWN = ("given_name", "email", "phone", "company", "sector", "city")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The conversation as the model sees it."""

    said: Sequence[Said]
    mids: Mapping[int, str]  #: by the number shown before a message
    person_said: str
    we_said: str  #: the bot and its colleagues, likewise
    is_new_thread: bool
    last_said_at: datetime | None  #: the newest line before the new messages
    leaving: Sequence[Message]  #: what is in no summary yet, and soon nowhere else


def shown(asked: Asked, now: datetime) -> Shown:
    """The lines before, within the bounds, then the new messages as one input.

    The order is from what never changes to what is new in every turn: the provider caches the
    longest beginning that two requests share.
    """
    new = consolidate(asked.messages)
    past = _past(asked)
    boundary = asked.thread.boundary(now)
    kept = _fitting(past, asked.settings)
    closed = [m for m in kept if boundary is not None and _at(m) <= boundary]
    open_ = [m for m in kept if not (boundary is not None and _at(m) <= boundary)]
    numbers = _numbers([*closed, *open_, *new])
    mentioned = {m.mid: m for m in [*past, *new] if m.mid}
    said: list[Said] = []
    if asked.thread.summary:
        said.append(Said("user", f"Notes on what was said before:\n{fenced(asked.thread.summary)}"))
    if closed:
        lines = "\n".join(_line(m, numbers, mentioned) for m in closed)
        said.append(
            Said("user", "Closed: the team dealt with this, do not take it up again.\n" + lines)
        )
    said += [_said(m, numbers, mentioned) for m in open_]
    said.append(_new(asked, new, numbers, mentioned, now))
    return Shown(
        said=said,
        mids={number: m.mid for m in [*kept, *new] if m.mid and (number := numbers.get(m.id))},
        person_said="\n".join(_words(m) for m in [*kept, *new] if m.role is Role.USER),
        we_said="\n".join(_words(m) for m in kept if m.role in (Role.BOT, Role.HUMAN)),
        is_new_thread=not past and asked.thread.turns_since is None,
        last_said_at=past[-1].created_at if past else None,
        leaving=_leaving(past, kept, asked),
    )


def with_media(said: Sequence[Said], found: Mapping[str, Sequence[Media]]) -> list[Said]:
    """The lines, the last of which shows what the new messages hold, by message id."""
    *before, new = said
    return [*before, replace(new, media=tuple(item for items in found.values() for item in items))]


def fenced(text: str) -> str:
    """`text` between markers that it cannot close."""
    cut = text if len(text) <= _MOST_CHARACTERS else text[:_MOST_CHARACTERS] + " …"
    return "<<" + _DOUBLED.sub(r"\1 ", cut) + ">>"


def line_of(message: Message) -> str:
    """One message as a line that says who wrote it."""
    who = {Role.USER: "person", Role.BOT: "you", Role.HUMAN: "colleague"}.get(message.role, "note")
    return f"{message.created_at:%Y-%m-%d %H:%M} {who}: {fenced(_words(message))}"


def readable(messages: Sequence[Message]) -> list[Message]:
    """The messages that were really said, oldest first."""
    return [
        m
        for m in sorted(messages, key=lambda m: (m.created_at, m.id))
        if m.kind not in _EVENTS
        and m.direction is not Direction.INTERNAL
        and (m.status not in _UNSAID or m.error == NOT_SENT)
        and _words(m)
    ]


def _past(asked: Asked) -> list[Message]:
    new_ids = {m.id for m in asked.messages}
    first = min((m.created_at for m in asked.messages), default=None)
    return [
        m
        for m in readable(asked.history)
        if m.id not in new_ids
        and (first is None or m.created_at < first or m.role is not Role.USER)
    ]


def _fitting(past: list[Message], settings: Operation) -> list[Message]:
    """The newest lines, no more than the settings say and than fit into so many tokens."""
    first = max(0, len(past) - settings.history_messages)
    left = settings.history_tokens * _CHARACTERS_PER_TOKEN
    for place in range(len(past) - 1, first - 1, -1):
        left -= len(_words(past[place])) + 20
        if left < 0:
            return past[place + 1 :]
    return past[first:]


def _leaving(past: list[Message], kept: list[Message], asked: Asked) -> list[Message]:
    """The lines in no summary that no longer fit, or that a turn soon reads no more.

    So the notes are written while their lines are still read, and no turn needs to read further.
    """
    staying = asked.settings.history_messages - LINES_BEFORE_SUMMARY - _LINES_OF_A_TURN
    until = asked.thread.summary_until
    leaving = past[: len(past) - min(len(kept), max(0, staying))]
    return [m for m in leaving if until is None or m.created_at > until]


def _numbers(messages: Sequence[Message]) -> dict[str, int]:
    theirs = [m for m in messages if m.role is Role.USER]
    return {m.id: number for number, m in enumerate(theirs, start=1)}


def _said(message: Message, numbers: Mapping[str, int], mentioned: Mapping[str, Message]) -> Said:
    if message.role is Role.BOT:
        return Said("model", message.text)
    return Said("user", _line(message, numbers, mentioned))


def _line(message: Message, numbers: Mapping[str, int], mentioned: Mapping[str, Message]) -> str:
    around = _around(message, mentioned)
    if message.role is Role.USER:
        return f"[{numbers[message.id]}] {fenced(_words(message))}{around}"
    who = "You wrote" if message.role is Role.BOT else "A colleague of yours wrote"
    return f"{who}: {fenced(_words(message))}{around}"


def _words(message: Message) -> str:
    """What a message says, with what its pictures and voice notes hold."""
    parts = [message.text.strip()]
    if message.transcription:
        parts.append(f"(voice note: {message.transcription})")
    if message.description:
        parts.append(f"(picture: {message.description})")
    if message.attachments and not (message.transcription or message.description):
        parts += [_attachment(a) for a in message.attachments[:5]]
    elif not any(parts) and message.kind not in ("text", "reaction"):
        parts.append(f"({message.kind.replace('_', ' ')})")
    return " ".join(part for part in parts if part)


def _attachment(attachment: Mapping[str, object]) -> str:
    title = f": {attachment['title']}" if attachment.get("title") else ""
    return f"({str(attachment.get('type') or 'attachment').replace('_', ' ')}{title})"


def _around(message: Message, mentioned: Mapping[str, Message]) -> str:
    """What a message refers to: a line, a story, an ad."""
    found = []
    if message.reply_to:
        quoted = mentioned.get(message.reply_to)
        words = fenced(_words(quoted)) if quoted else "an older message"
        found.append(f"answers {words}")
    if message.story_reply is not None:
        found.append("answers our story")
    if message.kind == "story_mention":
        found.append("mentions us in their story")
    if message.referral:
        title = message.referral.get("ad_title") or message.referral.get("ref") or ""
        found.append(
            f"came by {'an ad' if message.referral.get('ad_id') else 'a link'}"
            + (f" {fenced(str(title))}" if title else "")
        )
    return f" ({'; '.join(found)})" if found else ""


def _new(
    asked: Asked,
    new: Sequence[Message],
    numbers: Mapping[str, int],
    mentioned: Mapping[str, Message],
    now: datetime,
) -> Said:
    planned = [m for m in new if m.role is not Role.USER]
    lines = [_line(m, numbers, mentioned) for m in new if m.role is Role.USER]
    parts = [_about(asked, now)]
    if lines:
        parts.append("New messages from the person:\n" + "\n".join(lines))
    parts += [f"It is time for what you planned: {fenced(m.text)}" for m in planned]
    return Said("user", "\n\n".join(parts))


def _about(asked: Asked, now: datetime) -> str:
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
