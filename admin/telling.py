"""What the timeline says of a message in words of its own: who wrote it, what became of it."""

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import LazyString, gettext, lazy_gettext

from admin.words import TABLES, worded

Fields = Mapping[str, Any]

_WAITING: Mapping[str, LazyString] = {
    "pending": lazy_gettext("Waits for the bot"),
    "processing": lazy_gettext("The bot is reading it"),
}
_REASONS: Mapping[str, LazyString] = {
    "owner_human": lazy_gettext("a person had the conversation"),
    "owner_waiting": lazy_gettext("it was waiting for a person"),
    "owner_changed": lazy_gettext("a person took over"),
    "closed": lazy_gettext("the conversation was closed"),
    "window_closed": lazy_gettext("the 24 hours were over"),
    "before_boundary": lazy_gettext("it came before the conversation was handed back"),
    "opted_out": lazy_gettext("the person opted out"),
    "not_connected": lazy_gettext("the person has not connected their account"),
    "bot_off": lazy_gettext("the bot was off"),
}
_EVENTS: Mapping[str, LazyString] = {
    "take_over": lazy_gettext("%(who)s took over"),
    "hand_back": lazy_gettext("%(who)s handed the conversation back to the bot"),
    "close": lazy_gettext("%(who)s closed the conversation"),
    "reopen": lazy_gettext("%(who)s reopened the conversation"),
    "bot": lazy_gettext("%(who)s changed whether the bot answers this person"),
    "snooze": lazy_gettext("%(who)s snoozed the conversation"),
    "snooze_over": lazy_gettext("The snooze is over"),
    "assign": lazy_gettext("%(who)s changed whose conversation it is"),
    "label": lazy_gettext("%(who)s added a label"),
    "unlabel": lazy_gettext("%(who)s removed a label"),
}
_KINDS: Mapping[str, LazyString] = {
    "story_reply": lazy_gettext("Replied to your story"),
    "story_mention": lazy_gettext("Mentioned you in their story"),
    "share": lazy_gettext("Shared a post"),
    "quick_reply": lazy_gettext("Tapped a quick reply"),
    "postback": lazy_gettext("Tapped a button"),
    "referral": lazy_gettext("Came by a link or an advertisement"),
    "unsupported": lazy_gettext("Instagram shows this message only in its app"),
    "verification": lazy_gettext("Verification message"),
    "acknowledgement": lazy_gettext("Acknowledgement"),
}
#: How a line of a list is stored where there is no text: `[image] [image]`.
_WORD = re.compile(r"\[([a-z_ ]{1,60})\]")
_HELD = re.compile(r"(\[[a-z_ ]{1,60}\] ?){1,5}")
#: Names under which Instagram sends some reactions without the emoji.
_EMOJI = {
    "love": "❤️",
    "❤": "❤️",
    "haha": "😆",
    "laugh": "😆",
    "smile": "😆",
    "wow": "😮",
    "sad": "😢",
    "angry": "😠",
    "like": "👍",
    "dislike": "👎",
}


def brief(line: object) -> str:
    """How a list shows a message: its text, or in words what it holds instead of one."""
    text_ = str(line or "")
    if _HELD.fullmatch(text_):
        held = (worded(word.replace(" ", "_"), "attachment") for word in _WORD.findall(text_))
        text_ = ", ".join(held)
        text_ = text_[:1].upper() + text_[1:]
    return text_


def writer(message: Fields, role: str) -> str:
    """Who wrote it."""
    if role == "office" and message.get("operator_name"):
        return str(message["operator_name"])
    return {
        "customer": gettext("Customer"),
        "bot": gettext("Bot"),
        "app": gettext("You, in the Instagram app"),
        "office": gettext("The team"),
    }.get(role, gettext("System"))


def emoji(word: object) -> str:
    """The emoji of a reaction."""
    return _EMOJI.get(str(word), str(word))


def text(message: Fields, role: str, kind: str) -> str:
    """What a line says: the message's text, or what happened."""
    if kind == "system" and message.get("event"):
        event, who = str(message["event"]), str(message.get("operator_name") or "Moca")
        known = _EVENTS.get(event)
        return str(known) % {"who": who} if known is not None else event.replace("_", " ")
    if kind in ("reaction", "edit", "unsend"):
        return _said_about(message, kind, theirs=role == "customer")
    return "" if unsent(message) else str(message.get("text") or "")


def unsent(message: Fields) -> bool:
    """Whether it was taken back."""
    return bool(message.get("unsent_at") or message.get("deleted_at"))


def kind(message: Fields, role: str, what: str) -> str:
    """What sort of message it is, where that is worth a word."""
    if unsent(message):
        return gettext("Unsent by the customer") if role == "customer" else gettext("Unsent")
    return str(_KINDS.get(what, ""))


def state(message: Fields) -> str:
    """What became of it."""
    found, reason = str(message.get("status") or ""), str(message.get("reason") or "")
    if message.get("direction") == "internal":
        return ""
    if message.get("direction") == "inbound":
        if found == "failed":
            return gettext("Not answered: given up")
        if found == "processed" and reason in _REASONS:
            return gettext("Not answered: %(reason)s", reason=str(_REASONS[reason]))
        return str(_WAITING.get(found, ""))
    if message.get("unsettled"):
        found = "unconfirmed"  # given up, and still nobody knows
    return str(TABLES["state"].get(found, found))


def _said_about(message: Fields, kind_: str, *, theirs: bool) -> str:
    """About a message that is not on the page."""
    if kind_ == "unsend":
        return (
            gettext("The customer unsent an earlier message")
            if theirs
            else gettext("An earlier message of ours was unsent")
        )
    if kind_ == "edit":
        words = str(message.get("text") or "")
        return (
            gettext("The customer changed an earlier message: %(text)s", text=words)
            if theirs
            else gettext("An earlier message of ours was changed: %(text)s", text=words)
        )
    word = message.get("text") or message.get("reaction")
    if message.get("action") == "unreact" or not word:
        return (
            gettext("The customer took a reaction back")
            if theirs
            else gettext("We took a reaction back")
        )
    return (
        gettext("The customer reacted %(emoji)s to an earlier message", emoji=emoji(word))
        if theirs
        else gettext("We reacted %(emoji)s to an earlier message", emoji=emoji(word))
    )
