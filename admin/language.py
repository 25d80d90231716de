"""The language of a page: the operator's own, else the browser's, else English."""

from typing import Any

from babel import Locale
from flask import Flask, g, request
from flask_babel import Babel, get_locale

#: What the office speaks, each in its own name.
LANGUAGES = {"en": "English", "es": "Español", "pt": "Português (Brasil)"}
DEFAULT = "en"
#: Whose manners a language has here, where they are not its first country's.
_MANNERS = {"en": "en_GB"}


def register(app: Flask) -> None:
    """Let pages and code say things by `_("…")`, in the language of whoever asks."""
    Babel(app, default_locale=DEFAULT, locale_selector=_wanted)

    @app.context_processor
    def of_this_request() -> dict[str, Any]:
        return {"language": locale().language}


def locale() -> Locale:
    """The language and its manners, for this request."""
    return get_locale() or Locale(DEFAULT)


def _wanted() -> str:
    """The locale of this request; scripts that bring a token are always answered in English."""
    chosen = str(getattr(g.get("operator"), "language", ""))
    if "x-admin-token" in request.headers:
        chosen = DEFAULT
    elif chosen not in LANGUAGES:
        chosen = request.accept_languages.best_match(list(LANGUAGES), DEFAULT)
    return _MANNERS.get(chosen, chosen)
