"""Answer the person."""

from collections.abc import Mapping
from typing import Any

from services.agent.tool import Tool, ToolContext
from services.domain.decision import Bubble
from services.errors import AskAgain


def send_instagram_message(
    context: ToolContext, text: str, reply_to_number: int | None = None
) -> Mapping[str, Any]:
    """Send one message to the person you are talking with.

    It ends your turn. To send several bubbles, call it several times in the same step.

    Args:
        text: What the person will read, plain text without formatting.
        reply_to_number: The number of the message that it answers, where that is not obvious.
    """
    text = text.strip()
    if not text:
        raise AskAgain("The text is empty. Say something, or call do_not_reply with a reason.")
    if reply_to_number is not None and reply_to_number not in context.mids:
        raise AskAgain(f"There is no message with the number {reply_to_number}.")
    bubbles = context.intended.bubbles
    if any(bubble.text == text for bubble in bubbles):
        return {"status": "queued already"}
    _fits(context, text)
    if objection := context.objection(text):
        raise AskAgain(objection)
    reply_to = None if reply_to_number is None else context.mids[reply_to_number]
    bubbles.append(Bubble(text, reply_to))
    return {"status": "queued"}


def _fits(context: ToolContext, text: str) -> None:
    bubbles = context.intended.bubbles
    if len(bubbles) >= context.max_bubbles:
        raise AskAgain(f"At most {context.max_bubbles} messages in a turn: say it in fewer.")
    length = len(text) + sum(len(bubble.text) for bubble in bubbles)
    if length > context.max_characters:
        raise AskAgain(
            f"That is {length} characters; at most {context.max_characters}. Say it shorter."
        )


TOOL = Tool(send_instagram_message, ends_turn=True)
