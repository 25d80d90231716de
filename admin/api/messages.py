"""Messages of one conversation: sent, noted, tried again, rated, described."""

from typing import Any, Literal

from flask import request

from admin.access import office, operator, services
from admin.api.routes import route
from admin.composer import of_bytes
from services.domain.ids import is_own_id
from services.errors import ModelError, Rejected

_MESSAGE = "/conversations/{thread_id}/messages/{message_id}"


@route("POST", "/conversations/{thread_id}/messages", status=202)
def send(thread_id: str, *, text: str, key: str = "") -> None:
    """Queue a reply; the bot falls silent.

    `key` is a word of 32 hexadecimal digits for this message: sent twice with it, it is queued
    once.
    """
    office().sending.reply(thread_id, text, operator(), key=checked_key(key))


@route("POST", "/conversations/{thread_id}/files", status=202)
def send_file(thread_id: str, *, content: bytes, name: str, text: str = "", key: str = "") -> None:
    """Queue a picture, sound, video or PDF, with a text after it; the bot falls silent.

    The body is the file itself, `name` what the team calls it; `key` as for a text.
    """
    file = of_bytes(name, request.mimetype, content)
    office().sending.reply(thread_id, text, operator(), file=file, key=checked_key(key))


@route("POST", "/conversations/{thread_id}/notes", status=201)
def note(thread_id: str, *, text: str) -> None:
    """Keep a private note: for the team, never sent."""
    office().actions.note(thread_id, text, operator())


@route("POST", f"{_MESSAGE}/retry")
def retry(thread_id: str, message_id: str) -> None:
    """Try what failed, or what nobody is sure of, once more."""
    office().sending.retry(thread_id, message_id, operator())


@route("POST", f"{_MESSAGE}/arrived")
def mark_arrived(thread_id: str, message_id: str) -> None:
    """It did arrive: somebody saw it in the app."""
    office().sending.arrived(thread_id, message_id, operator())


@route("POST", f"{_MESSAGE}/answer")
def answer_again(thread_id: str, message_id: str) -> None:
    """Give a message that was given up to the bot again."""
    office().again.answer(thread_id, message_id, operator())


@route("POST", f"{_MESSAGE}/feedback")
def rate(
    thread_id: str, message_id: str, *, verdict: Literal["up", "down", ""], comment: str = ""
) -> None:
    """Thumbs up or down on a reply of the bot's; no word takes the verdict back."""
    if not office().thread.rate(thread_id, message_id, verdict, comment[:1000], operator()):
        raise Rejected("There is no such reply.")


@route("POST", f"{_MESSAGE}/describe")
def describe(thread_id: str, message_id: str) -> Any:
    """Put a picture or voice note into words; they are stored with it."""
    try:
        services().describing.describe(thread_id, message_id)
    except ModelError as error:
        raise Rejected(f"The model could not describe it now. {error}") from error


def checked_key(key: str) -> str:
    """The name under which a sending is known, or none; raises `Rejected` for any other text."""
    if key and not is_own_id(key):
        raise Rejected("A key has 32 hexadecimal digits.")
    return key
