"""The back office: a Flask app behind one entry point."""

from typing import Any

from flask import Flask, Request, Response

from admin import create_app
from services.bootstrap import Services

_apps: dict[int, Flask] = {}


def handle(request: Request, services: Services) -> Any:
    """The function `back_office`: its app answers every path below the entry point."""
    return Response.from_app(_app(services), request.environ)


def _app(services: Services) -> Flask:
    # One app per set of services, which is one per instance.
    return _apps.setdefault(id(services), create_app(services))
