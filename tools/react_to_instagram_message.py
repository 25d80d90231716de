"""Put an emoji on a message of the person's."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from services.agent.tool import Tool, ToolContext
from services.domain.decision import Reaction
from services.errors import AskAgain

_MOST_CODE_POINTS = 8  # families and flags with skin tones are this long


def react_to_instagram_message(
    context: ToolContext, message_number: int, emoji: str
) -> Mapping[str, Any]:
    """Put an emoji on a message of the person's. It does not end your turn.

    Args:
        message_number: The number that stands before the message.
        emoji: One emoji.
    """
    mid = context.mids.get(message_number)
    if mid is None:
        known = ", ".join(map(str, sorted(context.mids))) or "none"
        raise AskAgain(f"There is no message with the number {message_number}. Numbers: {known}.")
    if not _is_emoji(emoji):
        raise AskAgain("The reaction is not one emoji.")
    reactions = context.intended.reactions
    reactions[:] = [r for r in reactions if r.mid != mid]
    reactions.append(Reaction(mid, emoji))
    return {"status": "queued"}


def _is_emoji(text: str) -> bool:
    kinds = {unicodedata.category(character) for character in text}
    return (
        0 < len(text) <= _MOST_CODE_POINTS
        and kinds <= {"So", "Sk", "Mn", "Me", "Cf", "Sm", "Po", "Nd"}
        and bool(kinds & {"So", "Sm", "Me"} or text.startswith(("\u203c", "\u2049")))
    )


TOOL = Tool(react_to_instagram_message)
