"""The deployed functions' own handlers, and requests as they see them."""

import io
from collections.abc import Mapping

from flask import Request

import functions.deliver
import functions.process_thread
import functions.sweep
import functions.webhook

HANDLERS = {
    "webhook": functions.webhook.handle,
    "process_thread": functions.process_thread.handle,
    "deliver": functions.deliver.handle,
    "sweep": functions.sweep.handle,
}


def posted(body: bytes, headers: Mapping[str, str]) -> Request:
    """A POST as a function sees it; werkzeug's own builder takes as long as a small one's work."""
    named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    return Request(
        {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            **named,
        }
    )
