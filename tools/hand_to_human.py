"""Let a human go on."""

from collections.abc import Mapping
from typing import Any, get_args

from services.agent.tool import Tool, ToolContext
from services.domain.decision import HandoffReason
from services.errors import HandOff


def hand_to_human(_context: ToolContext, reason: str, note: str = "") -> Mapping[str, Any]:
    """End your turn and let a member of the team go on with this person.

    The person is told so by itself: do not announce it.

    Args:
        reason: One of customer_request, missing_knowledge, unsupported_request,
            policy_restriction, tool_failure.
        note: What the colleague must know to go on, in one or two sentences.
    """
    for known in get_args(HandoffReason):
        if reason.strip().lower() == known:
            raise HandOff(known, note.strip()[:1000])
    # A reason in other words is still a reason: nobody should wait for a well-formed call.
    raise HandOff("unsupported_request", f"{reason.strip()} {note.strip()}".strip()[:1000])


TOOL = Tool(hand_to_human, ends_turn=True)
