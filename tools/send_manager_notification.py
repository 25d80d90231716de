"""Tell the manager something."""

from collections.abc import Mapping
from typing import Any

from services.agent.tool import Tool, ToolContext
from services.errors import AskAgain

_MOST_ALERTS = 2
_MOST_CHARACTERS = 600


def send_manager_notification(context: ToolContext, message: str) -> Mapping[str, Any]:
    """Tell the manager, by WhatsApp, what they should know now. It does not end your turn.

    Args:
        message: What happened and what is wanted, in one or two sentences.
    """
    text = " ".join(message.split())
    if not text:
        raise AskAgain("The message is empty.")
    alerts = context.intended.alerts
    if len(alerts) >= _MOST_ALERTS:
        raise AskAgain("The manager has been told enough in this turn.")
    alerts.append(text[:_MOST_CHARACTERS])
    return {"status": "queued"}


TOOL = Tool(send_manager_notification)
