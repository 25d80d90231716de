"""What stored codes are called in the office, and how numbers and dates look there."""

from collections.abc import Mapping
from datetime import date

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from flask import Flask
from flask_babel import LazyString, lazy_gettext

from admin.language import locale

#: Table → code → its words.
TABLES: Mapping[str, Mapping[str, LazyString]] = {
    "account": {
        "active": lazy_gettext("Active"),
        "paused": lazy_gettext("Paused"),
        "reauthorise": lazy_gettext("Needs a new login"),
        "blocked": lazy_gettext("Blocked by Instagram"),
        "disconnected": lazy_gettext("Disconnected"),
    },
    "action": {
        "account_added": lazy_gettext("added an account"),
        "account_paused": lazy_gettext("paused all sending"),
        "account_resumed": lazy_gettext("resumed sending"),
        "answer_again": lazy_gettext("let the bot try again"),
        "arrived": lazy_gettext("marked a message as arrived"),
        "assign": lazy_gettext("assigned the conversation"),
        "bot": lazy_gettext("changed the bot of one person"),
        "canned": lazy_gettext("saved a canned answer"),
        "canned_removed": lazy_gettext("removed a canned answer"),
        "close": lazy_gettext("closed the conversation"),
        "contact": lazy_gettext("changed a contact"),
        "contact_deleted": lazy_gettext("deleted a person"),
        "contact_exported": lazy_gettext("exported a person"),
        "draft_dropped": lazy_gettext("dropped a draft of the bot"),
        "event_replayed": lazy_gettext("replayed an event"),
        "feedback": lazy_gettext("rated a reply"),
        "first_steps_dismissed": lazy_gettext("put the first steps away"),
        "hand_back": lazy_gettext("handed back to the bot"),
        "human_agent": lazy_gettext("noted what Meta says of the human-agent permission"),
        "knowledge": lazy_gettext("wrote an entry of knowledge"),
        "knowledge_removed": lazy_gettext("removed an entry of knowledge"),
        "label": lazy_gettext("added a label"),
        "openers": lazy_gettext("changed ice breakers and menu"),
        "operator_added": lazy_gettext("added an operator"),
        "operator_email": lazy_gettext("changed an operator's e-mail address"),
        "operator_dismissed": lazy_gettext("dismissed an operator"),
        "opt_in": lazy_gettext("let the bot write to a person again"),
        "opt_out": lazy_gettext("stopped the bot for a person"),
        "playground_reset": lazy_gettext("started the playground over"),
        "reopen": lazy_gettext("reopened the conversation"),
        "reply": lazy_gettext("wrote a reply"),
        "retry": lazy_gettext("tried a message again"),
        "rule": lazy_gettext("saved a rule"),
        "rule_removed": lazy_gettext("removed a rule"),
        "self_test": lazy_gettext("ran the self-test"),
        "settings": lazy_gettext("changed the settings"),
        "sign_out_everywhere": lazy_gettext("signed out everywhere"),
        "snooze": lazy_gettext("snoozed the conversation"),
        "take_over": lazy_gettext("took the conversation over"),
        "token_replaced": lazy_gettext("stored a new token"),
        "unlabel": lazy_gettext("removed a label"),
        "unlinked": lazy_gettext("unlinked a person's account"),
        "views": lazy_gettext("saved a view"),
        "views_removed": lazy_gettext("removed a saved view"),
    },
    "attachment": {
        "audio": lazy_gettext("audio"),
        "file": lazy_gettext("file"),
        "ig_post": lazy_gettext("post"),
        "ig_reel": lazy_gettext("reel"),
        "image": lazy_gettext("picture"),
        "location": lazy_gettext("location"),
        "reel": lazy_gettext("reel"),
        "share": lazy_gettext("shared post"),
        "sticker": lazy_gettext("sticker"),
        "story_mention": lazy_gettext("story"),
        "template": lazy_gettext("card"),
        "video": lazy_gettext("video"),
    },
    "check": {
        "last message": lazy_gettext("last message"),
        "messages": lazy_gettext("messages"),
        "state": lazy_gettext("state"),
        "token": lazy_gettext("token"),
        "webhooks": lazy_gettext("webhooks"),
    },
    "done_then": {
        "hand_to_human": lazy_gettext("hand over to a person"),
        "reply": lazy_gettext("reply"),
        "silent": lazy_gettext("say nothing"),
    },
    "handoff": {
        "bot_off": lazy_gettext("the bot is off"),
        "customer_request": lazy_gettext("they asked for a person"),
        "draft": lazy_gettext("a draft waits"),
        "missing_knowledge": lazy_gettext("the bot did not know"),
        "model_failure": lazy_gettext("the model failed twice"),
        "no_rule": lazy_gettext("no rule answers it"),
        "operator": lazy_gettext("a colleague asked"),
        "policy_restriction": lazy_gettext("a rule forbids an answer"),
        "tool_failure": lazy_gettext("a tool failed"),
        "unsupported_request": lazy_gettext("the bot cannot do it"),
        "usage_limit": lazy_gettext("a limit was reached"),
    },
    "looked_for": {
        "keyword": lazy_gettext("a word or phrase"),
        "pattern": lazy_gettext("a regular expression"),
    },
    "operator": {"admin": lazy_gettext("admin"), "agent": lazy_gettext("agent")},
    "outcome": {
        "answered": lazy_gettext("answered"),
        "discarded": lazy_gettext("discarded"),
        "drafted": lazy_gettext("drafted"),
        "failed": lazy_gettext("failed"),
        "handed_off": lazy_gettext("handed to a person"),
        "silent": lazy_gettext("said nothing"),
    },
    "owner": {
        "bot": lazy_gettext("bot"),
        "human": lazy_gettext("person"),
        "waiting": lazy_gettext("waiting for a person"),
    },
    "role": {
        "bot": lazy_gettext("Bot"),
        "human": lazy_gettext("Person"),
        "system": lazy_gettext("System"),
        "user": lazy_gettext("Customer"),
    },
    "state": {
        "cancelled": lazy_gettext("Not sent"),
        "failed": lazy_gettext("Failed"),
        "queued": lazy_gettext("Queued"),
        "read": lazy_gettext("Read"),
        "sending": lazy_gettext("Sending …"),
        "sent": lazy_gettext("Sent"),
        "unconfirmed": lazy_gettext("Not confirmed"),
        "undecided": lazy_gettext("From the Instagram app"),
    },
    "status": {
        "closed": lazy_gettext("closed"),
        "open": lazy_gettext("open"),
        "scheduled": lazy_gettext("snoozed"),
    },
    "tab": {
        "all": lazy_gettext("All"),
        "bot": lazy_gettext("Bot"),
        "closed": lazy_gettext("Closed"),
        "mine": lazy_gettext("Mine"),
        "needs": lazy_gettext("Needs you"),
    },
    "writer": {
        "bot": lazy_gettext("Bot"),
        "customer": lazy_gettext("Customers"),
        "instagram_app": lazy_gettext("You, in the Instagram app"),
        "office": lazy_gettext("The team, here"),
    },
}
#: What the static scripts say; they fill in the holes themselves.
SCRIPTS: Mapping[str, LazyString] = {
    "app": lazy_gettext("You wrote to %(name)s in the Instagram app"),
    "arrived": lazy_gettext("%(count)s new ↓"),
    "bytes": lazy_gettext("%(bytes)s of 1000 bytes"),
    "characters": lazy_gettext("%(count)s characters"),
    "close": lazy_gettext("Close"),
    "expired": lazy_gettext("No longer available at Instagram"),
    "go_to": lazy_gettext("Go to: %(place)s"),
    "hand_back": lazy_gettext("Hand back to the bot"),
    "hours": lazy_gettext("%(count)s h"),
    "inbox": lazy_gettext("Inbox"),
    "keys": lazy_gettext("Show all keys"),
    "looking": lazy_gettext("%(names)s also has this open"),
    "looking_many": lazy_gettext("%(names)s also have this open"),
    "mine": lazy_gettext("%(name)s answered you"),
    "minutes": lazy_gettext("%(count)s min"),
    "needs_you": lazy_gettext("%(name)s needs you"),
    "next": lazy_gettext("Next conversation"),
    "not_sent": lazy_gettext("It could not be sent. Your text is still here."),
    "reopen": lazy_gettext("Reopen"),
    "search": lazy_gettext("Search"),
    "sending": lazy_gettext("Sending …"),
    "take_over": lazy_gettext("Take over"),
    "ticked": lazy_gettext("%(count)s ticked:"),
    "typing": lazy_gettext("%(names)s is typing …"),
    "typing_many": lazy_gettext("%(names)s are typing …"),
    "unsent": lazy_gettext(
        "Your message to %(name)s was not sent. It is back in its box, without a file."
    ),
    "window": lazy_gettext("Window open for %(span)s"),
    "window_closed": lazy_gettext("Window closed"),
    "write_note": lazy_gettext("Write a private note"),
    "write_reply": lazy_gettext("Write a reply"),
}


def register(app: Flask) -> None:
    """Let templates use these."""
    app.jinja_env.globals["script_words"] = lambda: {
        key: str(text) for key, text in SCRIPTS.items()
    }
    app.jinja_env.filters.update(worded=worded, number=number, dollars=dollars, date=day)


def worded(code: object, table: str) -> str:
    """The words of a stored code; one without words is shown as it is."""
    known = TABLES[table].get(str(code or ""))
    return str(known) if known is not None else str(code or "").replace("_", " ")


def number(value: float) -> str:
    """With the separators of the language."""
    return format_decimal(value, locale=locale())


def dollars(value: float, digits: int = 2) -> str:
    """An amount of US dollars, so many digits behind the point."""
    pattern = f"¤#,##0.{'0' * digits}"
    return format_currency(value, "USD", pattern, locale=locale(), currency_digits=False)


def day(value: date | str) -> str:
    """A date, also one that was stored as 2026-11-02."""
    when = date.fromisoformat(value) if isinstance(value, str) else value
    return format_date(when, "medium", locale=locale())
