"""Come back to the person later."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from services.agent.tool import Tool, ToolContext
from services.domain.decision import FollowUp
from services.errors import AskAgain

#: So long before the window closes, so that the answer still arrives inside it.
_MARGIN = timedelta(minutes=5)


def schedule_follow_up(context: ToolContext, after_minutes: int, note: str) -> Mapping[str, Any]:
    """Plan to look at this conversation again, unless the person writes before.

    It does not end your turn.

    Args:
        after_minutes: In how many minutes.
        note: What you want to do then, for yourself.
    """
    latest = (context.window_ends_at or context.now) - _MARGIN
    most = int((latest - context.now) / timedelta(minutes=1))
    if most < 1:
        raise AskAgain("Instagram's 24 hours are nearly over: no follow-up is possible.")
    if not 1 <= after_minutes <= most:
        raise AskAgain(f"after_minutes must be between 1 and {most}: Instagram allows no later.")
    at = context.now + timedelta(minutes=after_minutes)
    context.intended.follow_up = FollowUp(at, note.strip()[:500])
    return {"status": "queued", "at": at.strftime("%Y-%m-%d %H:%M UTC")}


TOOL = Tool(schedule_follow_up)
