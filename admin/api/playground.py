"""Trying the bot: written to as a customer would, and nothing leaves the system."""

from typing import Any

from admin.access import office, operator, services
from admin.api.messages import checked_key
from admin.api.routes import route
from services.domain.playground import THREAD


@route("GET", "/playground", "messages", "older")
def read_playground(*, before: str = "") -> Any:
    """What was said there, oldest first; the bot's messages are cancelled, not sent."""
    thread = office().thread.opened(THREAD, before)
    return {"messages": thread.messages if thread else [], "older": thread and thread.older}


@route("POST", "/playground", status=202)
def write_to_playground(*, text: str, key: str = "") -> None:
    """A customer's message; sent twice with the same `key`, it is stored once."""
    office().playground.write(text, key=checked_key(key))


@route("POST", "/playground/reset")
def reset_playground() -> None:
    """Forget everything that was said there."""
    office().playground.reset(operator())


@route("GET", "/conversations/{thread_id}/turns/{turn_id}/case", "case", admin=True)
def export_case(thread_id: str, turn_id: str) -> Any:
    """A turn as an evaluation case, without anything personal."""
    return {"case": services().exporting.case(thread_id, turn_id)}
