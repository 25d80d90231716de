"""What the services said, in the language of the page."""

from flask import Flask
from flask_babel import gettext

from admin.present import clock
from admin.words import number
from services.domain.text import Parameter, Text


def register(app: Flask) -> None:
    """Let templates use it as a filter."""
    app.jinja_env.filters["translate"] = translate


def translate(said: object) -> str:
    """A text, or what the store keeps of one; what the catalogue does not know stays as it is."""
    text = Text.of(said)
    if text is None or not text.msgid:
        return ""  # under which the catalogue has its header
    return text.filled(gettext(text.msgid), _spelt)


def _spelt(value: Parameter) -> str:
    if isinstance(value, Text):
        return translate(value)
    if isinstance(value, str):
        return value
    return number(value) if isinstance(value, int | float) else clock(value)
