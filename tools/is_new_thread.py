"""Whether one knows each other."""

from collections.abc import Mapping
from typing import Any

from services.agent.tool import Tool, ToolContext


def is_new_thread(context: ToolContext) -> Mapping[str, Any]:
    """Look up whether this is the first time that this person writes to you."""
    return {"new": context.is_new_thread}


TOOL = Tool(is_new_thread)
