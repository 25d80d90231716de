"""The bot of one conversation: whether it answers, and what it would say where it only drafts."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request
from flask_babel import gettext, lazy_gettext

from admin.access import office, operator
from admin.desk import back_to, say
from services.domain import bot
from services.domain.bot import Bot

blueprint = Blueprint("bot", __name__, url_prefix="/conversations/<thread_id>/bot")

#: The modes in words, as a conversation and an account show them.
MODES = {
    Bot.ON: lazy_gettext("On: it answers"),
    Bot.DRAFTS: lazy_gettext("Drafts only: you send"),
    Bot.OFF: lazy_gettext("Off: it keeps out of it"),
}


@blueprint.post("")
def change(thread_id: str) -> Any:
    """Another mode for this person only, or the account's again."""
    office().actions.set_bot(thread_id, request.form.get("bot", ""), operator())
    say(gettext("Changed: it counts from the next message on."))
    return back_to(thread_id)


@blueprint.post("/drop")
def drop(thread_id: str) -> Any:
    """The draft is not wanted."""
    office().actions.drop_draft(thread_id, operator())
    say(gettext("The draft is dropped."))
    return back_to(thread_id)


def context(conversation: Mapping[str, Any], accounts: str) -> dict[str, Any]:
    """What the pane of a conversation shows of its bot; `accounts` is the setting."""
    return {
        "draft": draft_of(conversation),
        "bot_own": str(conversation.get("bot") or ""),
        "bot_account": bot.mode("", accounts),
        "bot_modes": MODES,
    }


def edited_draft(conversation: Mapping[str, Any]) -> str:
    """The draft for the composer, where somebody wants to change it before it is sent."""
    draft = draft_of(conversation) if request.args.get("draft") == "edit" else None
    return str(draft["text"]) if draft else ""


def draft_of(conversation: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The draft that waits, unless somebody has answered since it was made."""
    draft = conversation.get("suggestion")
    if not draft or conversation.get("last_direction") == "outgoing":
        return None
    typed = conversation.get("owner_reason") == "instagram_app"
    boundary = conversation.get("boundary_at")
    overtaken = typed and boundary is not None and boundary > draft["at"]
    return None if overtaken else draft
