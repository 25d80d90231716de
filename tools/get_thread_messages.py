"""Look further back in the conversation."""

from collections.abc import Mapping
from typing import Any

from services.agent.tool import Tool, ToolContext
from services.errors import AskAgain

_MOST_MESSAGES = 100


def get_thread_messages(context: ToolContext, limit: int) -> Mapping[str, Any]:
    """Read more of this conversation than you were shown, oldest first.

    Args:
        limit: How many of the newest messages, 1 to 100.
    """
    if not 1 <= limit <= _MOST_MESSAGES:
        raise AskAgain(f"limit must be between 1 and {_MOST_MESSAGES}.")
    return {"messages": list(context.past(limit))}


TOOL = Tool(get_thread_messages)
