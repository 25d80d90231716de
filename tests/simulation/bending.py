"""A bent store: deliberate bugs are put between the deployed code and its ports, never patched."""

import dataclasses
import functools
from collections.abc import Callable, Sequence
from typing import Any

from services.domain.documents import Create, Merge, Query, Snapshot, Update, Write
from services.ports import Documents, Reads, Work
from tests.simulation.instances import SimServices

#: Changes what a transaction sees of a document: (the work, path, fields) → fields.
Lens = Callable[[Any, str, dict[str, Any]], dict[str, Any]]
#: Changes what is written: (the work or None, a write) → the write, or None for none.
Pen = Callable[[Any, Write], Write | None]


class BentReads:
    """A transaction's reads through a lens."""

    def __init__(self, reads: Reads, work: Any, lens: Lens) -> None:
        self._reads = reads
        self._work = work
        self._lens = lens

    def get(self, *paths: str) -> list[Snapshot]:
        """The documents, bent."""
        return [self._bent(snapshot) for snapshot in self._reads.get(*paths)]

    def query(self, query: Query) -> list[Snapshot]:
        """The matches, bent."""
        return [self._bent(snapshot) for snapshot in self._reads.query(query)]

    def _bent(self, snapshot: Snapshot) -> Snapshot:
        if snapshot.fields is None:
            return snapshot
        return Snapshot(snapshot.path, self._lens(self._work, snapshot.path, snapshot.fields))


class BentDocuments:
    """The store, seen through a lens and written with a pen."""

    def __init__(self, documents: Documents, lens: Lens | None, pen: Pen | None) -> None:
        self._documents = documents
        self._lens = lens
        self._pen = pen

    def __getattr__(self, name: str) -> Any:
        return getattr(self._documents, name)

    def commit(self, writes: Sequence[Write]) -> None:
        """The writes, bent."""
        self._documents.commit(self._written(None, writes))

    def transact(self, work: Work[Any]) -> Any:
        """The transaction, bent."""

        def again(reads: Reads) -> tuple[Any, Sequence[Write]]:
            seen = BentReads(reads, work, self._lens) if self._lens else reads
            value, writes = work(seen)
            return value, self._written(work, writes)

        return self._documents.transact(again)

    def _written(self, work: Any, writes: Sequence[Write]) -> list[Write]:
        if self._pen is None:
            return list(writes)
        return [new for write in writes if (new := self._pen(work, write)) is not None]


def bent(lens: Lens | None = None, pen: Pen | None = None) -> type[SimServices]:
    """The services over a bent store."""

    class Bent(SimServices):
        @functools.cached_property
        def documents(self) -> Documents:
            real = self.outside.documents(self.function, self.clock, self.ids)
            return BentDocuments(real, lens, pen)

    return Bent


def is_conversation(path: str) -> bool:
    """Whether a document is a conversation, not something inside one."""
    return path.startswith("conversations/") and path.count("/") == 1


def within(kind: type, change: Callable[[Any, dict[str, Any]], dict[str, Any]]) -> Lens:
    """A lens on the conversation, in transactions of one kind."""

    def lens(work: Any, path: str, fields: dict[str, Any]) -> dict[str, Any]:
        if isinstance(work, kind) and is_conversation(path):
            return {**fields, **change(work, fields)}
        return fields

    return lens


def _pen(gone_of: Callable[[Any, Write], set[str]]) -> Pen:
    """A pen that leaves out fields."""

    def pen(work: Any, write: Write) -> Write | None:
        gone = gone_of(work, write)
        if not gone or not isinstance(write, Create | Merge | Update):
            return write
        return dataclasses.replace(
            write, fields={name: value for name, value in write.fields.items() if name not in gone}
        )

    return pen


def drop(*names: str, kind: type | None = None) -> Pen:
    """A pen that forgets these fields, in transactions of one kind or in all."""
    return _pen(
        lambda work, _write: set(names) if kind is None or isinstance(work, kind) else set()
    )
