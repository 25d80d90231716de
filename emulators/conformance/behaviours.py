"""How one row of the table is written down: a promise, where it is made, and its proof."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from google.api_core.exceptions import GoogleAPICallError
from google.cloud.firestore import Client, CollectionReference, DocumentReference

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """A client and a collection of its own in which a behaviour is tried."""

    client: Client
    collection: CollectionReference

    def document(self, name: str = "one") -> DocumentReference:
        """A document of the collection."""
        return self.collection.document(name)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One promise: `check` raises AssertionError where it is broken.

    `streams` marks what needs a stream in both directions.
    """

    name: str
    source: str
    check: Callable[[Place], None]
    streams: bool = False


class Table(list[Behaviour]):
    """The behaviours of one subject, in the order in which they are written."""

    def row(self, source: str, *, streams: bool = False) -> Callable[[T], T]:
        """Add the decorated function; its name is the promise, `source` says who made it."""

        def add(check: Any) -> Any:
            self.append(Behaviour(check.__name__, source, check, streams))
            return check

        return add


def place(client: Client) -> Place:
    """A collection that nobody else uses."""
    return Place(client, client.collection(f"conformance-{secrets.token_hex(6)}"))


def instant(written: object) -> datetime:
    """A write's time as the library gives it, whose annotation says otherwise."""
    if not isinstance(written, datetime):
        raise TypeError(f"{written!r} is no instant")
    return written


def same(actual: object, expected: object) -> None:
    """Both are equal."""
    if actual != expected:
        raise AssertionError(f"expected {expected!r}, got {actual!r}")


def true(fact: object, meaning: str) -> None:
    """The fact holds; `meaning` says which."""
    if not fact:
        raise AssertionError(f"not so: {meaning}")


def refused(
    error: type[GoogleAPICallError], call: Callable[[], object], text: str = ""
) -> GoogleAPICallError:
    """The call raises this error, with a message in which `text` is found; the error."""
    try:
        outcome = call()
    except error as raised:
        if not re.search(text, raised.message or ""):
            raise AssertionError(f"expected {text!r} in {raised.message!r}") from raised
        return raised
    raise AssertionError(f"expected {error.__name__}, got {outcome!r}")
