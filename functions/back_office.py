"""The back office: a Flask app behind one entry point."""

import threading
from typing import Any

from flask import Flask, Request, Response

from admin import create_app
from services.bootstrap import Services

_lock = threading.Lock()
#: The app and the services that it was built over: one of each in an instance's life.
_built: list[tuple[Services, Flask]] = []


def handle(request: Request, services: Services) -> Any:
    """The function `back_office`: its app answers every path below the entry point."""
    return Response.from_app(_app(services), request.environ)


def _app(services: Services) -> Flask:
    with _lock:
        if not _built or _built[0][0] is not services:
            _built[:] = [(services, create_app(services))]
        return _built[0][1]
