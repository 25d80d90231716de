"""When the club's sessions are."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.agent.tool import Tool, ToolContext
from services.domain.findings import Session
from services.errors import AskAgain, NoAnswer, ToolFailed

_MOST_DAYS = 60
_MOST_SESSIONS = 30
_CHECK = "The calendar cannot be read. Say that you will check with staff; do not guess any date."


def get_net_session_dates(context: ToolContext, days_ahead: int = 14) -> Mapping[str, Any]:
    """Look up the club's coming sessions: what, when (in the club's time) and where.

    Args:
        days_ahead: How many days to look ahead, 1 to 60.
    """
    if not 1 <= days_ahead <= _MOST_DAYS:
        raise AskAgain(f"days_ahead must be between 1 and {_MOST_DAYS}.")
    if context.calendar is None:
        raise ToolFailed(_CHECK)
    try:
        until = context.now + timedelta(days=days_ahead)
        found = context.calendar.sessions(context.now, until)
    except NoAnswer as error:
        raise ToolFailed(_CHECK) from error
    zone = ZoneInfo(context.time_zone)
    sessions = [_line(session, zone) for session in found[:_MOST_SESSIONS]]
    return {"time_zone": context.time_zone, "days_ahead": days_ahead, "sessions": sessions}


def _line(session: Session, zone: ZoneInfo) -> dict[str, str]:
    line = {
        "what": session.heading,
        "starts": _local(session.starts_at, zone),
        "ends": _local(session.ends_at, zone),
    }
    if session.meet_at is not None:
        line["be_there_at"] = _local(session.meet_at, zone)
    return line | ({"where": session.place} if session.place else {})


def _local(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).strftime("%A %Y-%m-%d %H:%M")


TOOL = Tool(get_net_session_dates)
