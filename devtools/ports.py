"""The five ports of the local run."""

import errno
import socket
from collections.abc import Collection

from devtools.stop import PORT_TAKEN, Stop

NAMES = ("the gateway", "Firestore", "Cloud Tasks", "Instagram", "Gemini")
DEFAULT = 8080


def checked(text: str) -> int:
    """The base port that the user named, leaving room for all five."""
    if text.isdecimal() and 1 <= int(text) <= 65_536 - len(NAMES):
        return int(text)
    raise Stop(f"--port takes a number from 1 to {65_536 - len(NAMES)}, not {text!r}.", 2)


def require_free(base: int, unused: Collection[str] = ()) -> None:
    """Stop with one sentence if one of the five ports from `base` on is taken.

    `unused` names parts that will not be served, because another is used in their place.
    """
    for port, name in enumerate(NAMES, base):
        if name not in unused and (refusal := _refusal(port)):
            other = base + 10 if base < 65_000 else DEFAULT
            raise Stop(
                f"Port {port}, for {name}, {refusal}: stop what uses it, "
                f"or start elsewhere with `./dev up --port {other}`.",
                PORT_TAKEN,
            )


def _refusal(port: int) -> str | None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            return "is reserved for the administrator"
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            return "is taken"
    return None
