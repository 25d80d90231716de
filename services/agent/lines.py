"""How messages read to the model: numbered, quoted, everything from outside fenced as data."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.domain.message import Message
from services.domain.model import ChatLine
from services.domain.states import Role

_MOST_CHARACTERS = 4000  # of one message
#: An angle bracket before another of its kind: together they could pose as a marker.
_DOUBLED = re.compile(r"([<>])(?=\1|$)")


@dataclass(frozen=True, slots=True)
class Lines:
    """Messages as the lines of one turn: the person's have numbers, quotes say what they quote."""

    numbers: Mapping[str, int]  #: by message id
    mentioned: Mapping[str, Message]  #: what may be quoted, by mid

    @classmethod
    def of(cls, messages: Sequence[Message], mentioned: Sequence[Message]) -> "Lines":
        """The lines of `messages`, in their order."""
        theirs = [m for m in messages if m.role is Role.USER]
        numbers = {m.id: number for number, m in enumerate(theirs, start=1)}
        return cls(numbers, {m.mid: m for m in mentioned if m.mid})

    @property
    def mids(self) -> dict[int, str]:
        """The mids of the numbered messages, by number."""
        mids = {m.id: mid for mid, m in self.mentioned.items()}
        return {number: mids[i] for i, number in self.numbers.items() if i in mids}

    def said(self, message: Message) -> ChatLine:
        """One message as a part of the talk: the bot's own are the model's."""
        if message.role is Role.BOT:
            return ChatLine("model", message.text)
        return ChatLine("user", self.line(message))

    def line(self, message: Message) -> str:
        """One message as a line that says who wrote it and what it refers to."""
        around = self._around(message)
        if message.role is Role.USER:
            return f"[{self.numbers[message.id]}] {fenced(words_of(message))}{around}"
        who = "You wrote" if message.role is Role.BOT else "A colleague of yours wrote"
        return f"{who}: {fenced(words_of(message))}{around}"

    def _around(self, message: Message) -> str:
        """What a message refers to: a line, a story, an ad."""
        found = []
        if message.reply_to:
            quoted = self.mentioned.get(message.reply_to)
            found.append(f"answers {fenced(words_of(quoted)) if quoted else 'an older message'}")
        if message.story_reply is not None:
            found.append("answers our story")
        if message.kind == "story_mention":
            found.append("mentions us in their story")
        if message.referral:
            found.append(_came_by(message.referral))
        return f" ({'; '.join(found)})" if found else ""


def line_of(message: Message) -> str:
    """One message as a line with its instant, for who reads a whole thread."""
    who = {Role.USER: "person", Role.BOT: "you", Role.HUMAN: "colleague"}.get(message.role, "note")
    return f"{message.created_at:%Y-%m-%d %H:%M} {who}: {fenced(words_of(message))}"


def fenced(text: str) -> str:
    """`text` between markers that it cannot close."""
    cut = text if len(text) <= _MOST_CHARACTERS else text[:_MOST_CHARACTERS] + " …"
    return "<<" + _DOUBLED.sub(r"\1 ", cut) + ">>"


def words_of(message: Message) -> str:
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


def _came_by(referral: Mapping[str, object]) -> str:
    title = referral.get("ad_title") or referral.get("ref") or ""
    way = "an ad" if referral.get("ad_id") else "a link"
    return f"came by {way}" + (f" {fenced(str(title))}" if title else "")
