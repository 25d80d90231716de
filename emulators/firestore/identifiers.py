"""Ids that the server makes, and the refusal of what a client must not send."""

import secrets
import string

import grpc

from emulators.refused import Refused

_ALPHABET = string.ascii_letters + string.digits
_LENGTH = 20


def new_id() -> str:
    """A document id as Firestore makes them: twenty random letters and digits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def invalid(message: str) -> Refused:
    """The answer to a malformed request."""
    return Refused(grpc.StatusCode.INVALID_ARGUMENT, message)
