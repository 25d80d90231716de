"""Stay silent, on purpose and with a reason."""

from collections.abc import Mapping
from typing import Any

from services.agent.tool import Tool, ToolContext


def do_not_reply(context: ToolContext, reason: str) -> Mapping[str, Any]:
    """End your turn without a message, when an answer would add nothing.

    Args:
        reason: Why silence is right, in a few words; the team reads it.
    """
    context.intended.silent_reason = reason.strip()[:300] or "silent"
    return {"status": "silent"}


TOOL = Tool(do_not_reply, ends_turn=True)
