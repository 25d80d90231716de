"""Lists in pages, by the place of the last thing shown."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any

import grpc

from emulators.refused import Refused


def page(
    found: Sequence[Any],
    size: int,
    token: str,
    most: int,
    key: Callable[[Any], str] = lambda item: str(item.name),
) -> tuple[list[Any], str]:
    """The page after `token` of things sorted by `key`, and the token of the next one.

    A size of 0 means `most`; a negative size or a foreign token is INVALID_ARGUMENT.
    """
    if size < 0:
        raise Refused(grpc.StatusCode.INVALID_ARGUMENT, "The page size must not be negative.")
    after = _read(token) if token else ""
    rest = [item for item in found if key(item) > after]
    shown = rest[: min(size or most, most)]
    return shown, _write(key(shown[-1])) if len(shown) < len(rest) else ""


def _write(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode()


def _read(token: str) -> str:
    try:
        return base64.b64decode(token.encode(), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise Refused(
            grpc.StatusCode.INVALID_ARGUMENT, "The page token is not one of this service."
        ) from error
