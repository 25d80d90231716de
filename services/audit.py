"""Who changed what: one entry per change, written in the commit that makes it.

The entry is also the sign that the change was made: where the answer of its commit was lost, it is
found, and nobody is told that an act failed which was done.
"""

import contextlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from services.domain.documents import Create, Write
from services.ports import AlreadyStored, Documents, Reads, Work

T = TypeVar("T")


class Actor(Protocol):
    """Whoever changes something."""

    @property
    def id(self) -> str:
        """Their id."""
        ...

    @property
    def name(self) -> str:
        """Their name, as it was then."""
        ...


def entry(entry_id: str, at: datetime, by: Actor, action: str, target: str, **more: Any) -> Create:
    """The write that records one change; `more` holds what is needed to understand or undo it."""
    fields = {
        "at": at,
        "operator_id": by.id,
        "operator_name": by.name,
        "action": action,
        "target": target,
        **more,
    }
    return Create(path(entry_id), fields)


def path(entry_id: str) -> str:
    """Where an entry stands."""
    return f"audit/{entry_id}"


def commit(documents: Documents, record: Create, *writes: Write) -> None:
    """`writes` and their `record`, or nothing; raises `Unavailable`.

    Its id is new: whoever finds it stored already has been here before.
    """
    with contextlib.suppress(AlreadyStored):
        documents.commit([record, *writes])


def once(work: Work[T], sign: str) -> Work[T]:
    """`work`, but done once, however often a transaction runs it.

    `sign` is a document that nobody else creates: where it stands at another try, the try before
    took effect and only its answer was lost. What that try found out is answered then.
    """
    found: list[T] = []

    def first(reads: Reads) -> tuple[T, Sequence[Write]]:
        if found and reads.get(sign)[0].fields is not None:
            return found[-1], []
        value, writes = work(reads)
        found.append(value)
        return value, writes

    return first
