"""Several messages of a burst become one input."""

from collections.abc import Sequence
from datetime import timedelta

from services.domain.message import Message

#: The same text again within this time counts once: an impatient second tap, not a second wish.
SAME_TEXT_WITHIN = timedelta(seconds=10)


def consolidate(messages: Sequence[Message]) -> tuple[Message, ...]:
    """The messages in Meta's order, without repetitions of the same text within 10 s."""
    kept: list[Message] = []
    for message in sorted(messages, key=lambda m: (m.created_at, m.id)):
        if not any(_repeats(message, earlier) for earlier in kept):
            kept.append(message)
    return tuple(kept)


def _repeats(message: Message, earlier: Message) -> bool:
    return (
        bool(message.text)
        and message.text == earlier.text
        and message.kind == earlier.kind
        and not message.attachments
        and message.created_at - earlier.created_at <= SAME_TEXT_WITHIN
    )
