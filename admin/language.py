"""The language of a page: the operator's own, else the browser's, else English."""

from typing import Any

from babel import Locale
from flask import Flask, g, request
from flask_babel import Babel, get_locale

#: What the office speaks, each in its own name.
LANGUAGES = {"en": "English", "es": "Español", "pt": "Português (Brasil)"}
DEFAULT = "en"


def register(app: Flask) -> None:
    """Let pages and code say things by `_("…")`, in the language of whoever asks."""
    Babel(app, default_locale=DEFAULT, locale_selector=wanted)

    @app.context_processor
    def of_this_request() -> dict[str, Any]:
        return {"language": locale().language}


def locale() -> Locale:
    """The language and its manners, for this request."""
    return get_locale() or Locale(DEFAULT)


def wanted() -> str:
    """A key of `LANGUAGES`; scripts that bring a token are always answered in English."""
    if "x-admin-token" in request.headers:
        return DEFAULT
    chosen = getattr(g.get("operator"), "language", "")
    if chosen in LANGUAGES:
        return str(chosen)
    return request.accept_languages.best_match(list(LANGUAGES), DEFAULT)
