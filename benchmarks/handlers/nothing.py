"""functions-framework and a handler that does nothing: what nobody can be below."""

from flask import Request


def nothing(_request: Request) -> str:
    """An empty answer."""
    return ""
