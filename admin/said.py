"""Sentences of the services in the language of the page.

The services speak English, and store what they said: why a message failed, what is wrong with a
setting. `templates.json` beside the catalogues lists those of their sentences that have holes,
with `%(a)s` for the first hole, so that a finished sentence is found again in the catalogue.
"""

import json
import re
from functools import cache
from pathlib import Path

from flask import Flask
from flask_babel import gettext

LISTED = Path(__file__).parent / "translations" / "templates.json"
#: Our own sentences are shorter; the search for holes takes longer the longer a text is.
LONGEST = 600

_HOLE = re.compile(r"%\\\(([a-z])\\\)s")
_END = re.compile(r"(?<=[.!?]) ")


def register(app: Flask) -> None:
    """Let templates use it as a filter."""
    app.jinja_env.filters["said"] = said


def said(sentence: object) -> str:
    """The sentence in the page's language; one that is not known stays as it is."""
    text = str(sentence or "")
    if len(text) > LONGEST:
        return text
    whole = _known(text)
    if whole is not None:
        return whole
    return " ".join(_known(part) or part for part in _END.split(text))


def _known(text: str) -> str | None:
    if (found := gettext(text) if text else "") != text:
        return found
    for template, pattern in _templates():
        if match := pattern.fullmatch(text):
            holes = {hole: said(value) for hole, value in match.groupdict().items()}
            return gettext(template) % holes
    return None


@cache
def _templates() -> list[tuple[str, re.Pattern[str]]]:
    listed: list[str] = json.loads(LISTED.read_text(encoding="utf-8"))
    return [(text, re.compile(_pattern(text), re.DOTALL)) for text in listed]


def _pattern(template: str) -> str:
    return _HOLE.sub(r"(?P<\1>.*)", re.escape(template))
