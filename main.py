"""The entry points, one per deployed function: a table of contents.

An instance runs one of them, named by the platform in FUNCTION_TARGET, and imports only what that
one needs; its services are built at the first request and kept while the instance lives.
"""

import gc
import importlib
from typing import Any

from flask import Request

from services.bootstrap import preload, services
from services.settings import function_target

#: Every function, in the order of a message's way.
ENTRY_POINTS = (
    "webhook",
    "process_thread",
    "deliver",
    "sweep",
    "internal_api",
    "privacy",
    "back_office",
)


def webhook(request: Request) -> Any:
    """Meta's handshake and events."""
    return _run("webhook", request)


def process_thread(request: Request) -> Any:
    """One turn of one thread; called by the queue."""
    return _run("process_thread", request)


def deliver(request: Request) -> Any:
    """A thread's queued replies; called by the queue."""
    return _run("deliver", request)


def sweep(request: Request) -> Any:
    """Periodic repair; called by the scheduler."""
    return _run("sweep", request)


def internal_api(request: Request) -> Any:
    """What other services of the business may ask for."""
    return _run("internal_api", request)


def privacy(request: Request) -> Any:
    """Meta's privacy callbacks, and the page that links a person."""
    return _run("privacy", request)


def back_office(request: Request) -> Any:
    """Where the team works."""
    return _run("back_office", request)


def _run(name: str, request: Request) -> Any:
    return importlib.import_module(f"functions.{name}").handle(request, services(name))


def _start(target: str) -> None:
    """Import what the function needs, once: while an instance starts it has the most CPU.

    A missing setting stops it here. Nothing of this is ever garbage: to look through it again and
    again takes a tenth of the start, and writing to it would copy the memory that the server's fork
    shares.
    """
    gc.disable()
    importlib.import_module(f"functions.{target}")
    services(target)
    for module in preload.MODULES[target]:
        importlib.import_module(module)
    gc.freeze()
    gc.enable()


if (started := function_target()) in ENTRY_POINTS:
    _start(started)
