"""What a person may tap before they write: read from Instagram, changed there."""

from dataclasses import asdict
from typing import Any

from admin.access import services
from admin.account import ours
from admin.api.routes import route
from admin.openers import change_openers
from services.accounts.openers import Button


@route("GET", "/accounts/{account_id}/openers", "questions", "menu", "locales", admin=True)
def read_openers(account_id: str) -> Any:
    """Ice breakers and menu, and how many further languages are set."""
    shown = services().openers.shown(ours(account_id).id)
    return {
        "questions": shown.questions,
        "menu": [asdict(button) for button in shown.menu],
        "locales": shown.locales,
    }


@route("PUT", "/accounts/{account_id}/openers", admin=True)
def set_openers(account_id: str, *, questions: list[str], menu: list[dict[str, str]]) -> None:
    """Offer just these; a line of the menu has a `title`, and a `url` where it opens one."""
    buttons = [Button(each.get("title", ""), each.get("url", "")) for each in menu]
    change_openers(ours(account_id).id, questions, buttons)
