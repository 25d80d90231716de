"""Answer the person."""

from collections.abc import Mapping
from typing import Any

from tools.base import AskAgain, Tool, ToolContext


def send_instagram_message(context: ToolContext, text: str) -> Mapping[str, Any]:
    """Send one message to the person you are talking with.

    It ends your turn. To send several bubbles, call it several times in the same step.

    Args:
        text: What the person will read, plain text without formatting.
    """
    if not text.strip():
        raise AskAgain("The text is empty. Say something, or call do_not_reply with a reason.")
    context.bubbles.append(text.strip())
    return {"status": "queued"}


TOOL = Tool(send_instagram_message, ends_turn=True)
