"""The back office: a Flask app behind one entry point."""

import functools
import threading
from typing import Any

from flask import Request, Response

from admin import create_app
from admin.access import SERVICES
from services.bootstrap import Services

_lock = threading.Lock()
#: The app holds nothing but this, so that it is built once in an instance's life.
_app = functools.lru_cache(maxsize=1)(create_app)


def handle(request: Request, services: Services) -> Any:
    """The function `back_office`: its app answers every path below the entry point."""
    with _lock:  # two first requests at once build it once
        app = _app(services.settings.session_secret, services.settings.local)
    return Response.from_app(app, request.environ | {SERVICES: services})
