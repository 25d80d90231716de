"""Every document's versions: what is, and what was at an earlier instant."""

import secrets
from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

import grpc

from emulators.firestore.instants import SECOND
from emulators.firestore.names import DocumentName
from emulators.firestore.records import Record
from emulators.firestore.scope import Scope
from emulators.refused import Refused

RETENTION = 3600 * SECOND
"""How far back a read may ask, in microseconds: production's hour."""

MAX_CHANGES = 50_000
"""How many changes are kept at most: a long run of writes must not eat the memory."""

CollectionKey = tuple[str, tuple[str, ...]]
GroupKey = tuple[str, str]
K = TypeVar("K")


class Change(NamedTuple):
    """One document before and after a commit; None where there is no document."""

    instant: int
    name: DocumentName
    old: Record | None
    new: Record | None

    @property
    def record(self) -> Record:
        """The version that there is: the new one, or else the old one."""
        record = self.new or self.old
        if record is None:
            raise ValueError(f"{self.name.text} neither was nor is there: that is no change")
        return record


class History:
    """The documents of all databases, with what changed since an instant.

    `mark` tells one history from another that tells of the same instants, as after a reset.
    Plain state, used under the engine's lock.
    """

    def __init__(self, since: int = 0) -> None:
        self.mark = secrets.token_bytes(8)
        self._latest: dict[str, Record] = {}
        self._collections: dict[CollectionKey, dict[str, Record]] = {}
        self._groups: dict[GroupKey, dict[str, Record]] = {}
        self._changes: deque[Change] = deque()
        self._chains: dict[str, deque[Change]] = {}
        self._forgotten_until = since

    def __len__(self) -> int:
        return len(self._latest)

    def get(self, name: str, at: int | None = None) -> Record | None:
        """The document as it is, or as it was at an instant."""
        record = self._latest.get(name)
        if at is None:
            return record
        self._check_kept(at)
        for change in reversed(self._chains.get(name, ())):
            if change.instant <= at:
                break
            record = change.old
        return record

    def scan(self, scope: Scope, at: int | None = None) -> Iterable[Record]:
        """The documents in a query's scope, in no order, as they are or were at an instant."""
        live = self._live(scope)
        if at is None:
            return live.values()
        records = dict(live)
        for change in self.since(at):
            if scope.covers(change.record):
                _undo(records, change)
        return records.values()

    def since(self, instant: int) -> Iterator[Change]:
        """The changes after an instant, newest first; refused when they are no longer kept."""
        self._check_kept(instant)
        for change in reversed(self._changes):
            if change.instant <= instant:
                break
            yield change

    def keeps(self, instant: int) -> bool:
        """Whether the state at an instant can still be told."""
        return instant >= self._forgotten_until

    def apply(self, changes: Iterable[Change]) -> None:
        """Make the changes of one commit the present."""
        for change in changes:
            self._put(change.name, change.new)
            self._changes.append(change)
            self._chains.setdefault(change.name.text, deque()).append(change)
        self._forget()

    def load(self, record: Record) -> None:
        """Put a document that was there before this history began."""
        self._put(record.name, record)

    def collections(self, database: str, at: int | None = None) -> Iterable[tuple[str, ...]]:
        """The path of every collection that holds a document, or held one at an instant."""
        if at is None:
            return [path for owner, path in self._collections if owner == database]
        everything = Scope(database, (), None, all_descendants=True)
        return {record.name.collection_path for record in self.scan(everything, at)}

    def group(self, database: str, collection_id: str) -> list[Record]:
        """Every document of the collections with this id."""
        return list(self._groups.get((database, collection_id), {}).values())

    def _live(self, scope: Scope) -> dict[str, Record]:
        if scope.collection_id is None:
            return {n: r for n, r in self._latest.items() if scope.covers(r)}
        if not scope.all_descendants:
            path = (*scope.parent, scope.collection_id)
            return self._collections.get((scope.database, path), {})
        group = self._groups.get((scope.database, scope.collection_id), {})
        if not scope.parent:
            return group
        return {n: r for n, r in group.items() if scope.covers(r)}

    def _put(self, name: DocumentName, record: Record | None) -> None:
        text, path = name.text, name.path[:-1]
        _place(self._collections, (name.database, path), text, record)
        _place(self._groups, (name.database, path[-1]), text, record)
        if record is None:
            self._latest.pop(text, None)
        else:
            self._latest[text] = record

    def _check_kept(self, instant: int) -> None:
        if not self.keeps(instant):
            raise Refused(
                grpc.StatusCode.FAILED_PRECONDITION, "The requested snapshot version is too old."
            )

    def _forget(self) -> None:
        horizon = self._changes[-1].instant - RETENTION if self._changes else 0
        while self._changes and (
            len(self._changes) > MAX_CHANGES or self._changes[0].instant < horizon
        ):
            change = self._changes.popleft()
            self._forgotten_until = change.instant
            chain = self._chains[change.name.text]
            chain.popleft()
            if not chain:
                del self._chains[change.name.text]


def _undo(records: dict[str, Record], change: Change) -> None:
    if change.old is None:
        records.pop(change.name.text, None)
    else:
        records[change.name.text] = change.old


def _place(shelves: dict[K, dict[str, Record]], key: K, text: str, record: Record | None) -> None:
    if record is not None:
        shelves.setdefault(key, {})[text] = record
    elif key in shelves:
        shelves[key].pop(text, None)
        if not shelves[key]:
            del shelves[key]
