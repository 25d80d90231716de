"""What we use of Flask-Babel, which declares no types of its own."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from babel import Locale
from flask import Flask

class LazyString:
    """Words that become a text when they are shown, in the language of that request."""

    def __html__(self) -> str: ...

class Babel:
    def __init__(
        self,
        app: Flask,
        *,
        default_locale: str,
        locale_selector: Callable[[], str],
    ) -> None: ...

def force_locale(locale: str) -> AbstractContextManager[None]: ...
def get_locale() -> Locale | None: ...
def gettext(string: str, **variables: object) -> str: ...
def lazy_gettext(string: str, **variables: object) -> LazyString: ...
def ngettext(singular: str, plural: str, num: int, **variables: object) -> str: ...
def refresh() -> None: ...
