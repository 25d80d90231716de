"""The deployed functions, each loaded through functions-framework as the platform loads it."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import functions_framework

import main
from deploy import wanted
from emulators.http import WSGIApp

SOURCE = Path(__file__).resolve().parents[2] / "main.py"

ENTRY_POINTS = main.ENTRY_POINTS
#: Entry points whose service admits only callers with the invoker role; the others have doors of
#: their own.
PRIVATE = ("process_thread", "deliver", "sweep")
#: Those that keep the operating settings for seconds.
KEEPING_SETTINGS = ("webhook", "process_thread", "deliver", "internal_api", "privacy")
_LOADER_TRACES = ("FUNCTION_TARGET", "FUNCTION_SIGNATURE_TYPE")


def told(environ: Mapping[str, str], name: str) -> dict[str, str]:
    """What of an environment the deployment tells one function: not what only others are told."""
    function = wanted.function(name)
    own = {*function.variables, *function.secrets_beside(environ)}
    return {key: environ[key] for key in environ if key in own or key not in wanted.LIMITED}


def load(target: str) -> WSGIApp:
    """The WSGI app of one entry point of main.py, which sees its own name in FUNCTION_TARGET."""
    environ = os.environ  # noqa: TID251 (this plays the platform, which sets the variable)
    path, before = list(sys.path), {name: environ.get(name) for name in _LOADER_TRACES}
    environ["FUNCTION_TARGET"] = target
    try:
        app: WSGIApp = functions_framework.create_app(target, str(SOURCE))  # type: ignore[no-untyped-call] # it has no types
    finally:
        sys.path[:] = path  # the framework adds our own folder once for each function
        for name, value in before.items():
            environ.pop(name, None)
            if value is not None:
                environ[name] = value
    return app
