"""The open transactions: their ids, their ages and when they expire."""

import itertools
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import grpc

from emulators.firestore.instants import SECOND
from emulators.firestore.predicates import Predicate
from emulators.refused import Refused

IDLE_LIMIT = 60 * SECOND
"""A transaction that is not used for so long (microseconds) is given up."""

TOTAL_LIMIT = 270 * SECOND
"""No transaction lives longer than this (microseconds)."""

NO_LONGER_VALID = "The referenced transaction has expired or is no longer valid."

_ID = struct.Struct(">QQQ")


def check_id(identifier: bytes) -> None:
    """INVALID_ARGUMENT for what is no transaction's id, of this process or an earlier one."""
    if len(identifier) != _ID.size:
        raise Refused(grpc.StatusCode.INVALID_ARGUMENT, "Invalid transaction.")


@dataclass(slots=True, eq=False)
class Transaction:
    """One open transaction.

    `age` orders transactions by how long they have been trying: a retry keeps the age of its
    first attempt. `snapshot` is the instant at which it reads; None means that it reads what is,
    under locks. `doomed` means that it lost its locks: it may read on, at the instant at which
    it lost them, and its commit is aborted.
    """

    id: bytes
    database: str
    age: int
    caller: str
    began: int
    last_used: int
    read_only: bool = False
    optimistic: bool = False
    snapshot: int | None = None
    doomed: bool = False
    waiting: int = 0
    names: set[str] = field(default_factory=set)
    predicates: list[Predicate] = field(default_factory=list)

    @property
    def locks(self) -> bool:
        """Whether its reads take locks."""
        return self.snapshot is None

    @property
    def holds_any(self) -> bool:
        """Whether it holds a lock now."""
        return self.locks and bool(self.names or self.predicates)

    def remember(self, names: Iterable[str], predicate: Predicate | None) -> None:
        """Note what an optimistic transaction has read, to be checked at its commit."""
        self.names.update(names)
        if predicate is not None:
            self.predicates.append(predicate)

    def expired(self, now: int) -> bool:
        """Whether it was idle or open for too long; waiting for a lock is not idling."""
        idle = not self.waiting and now - self.last_used >= IDLE_LIMIT
        return idle or now - self.began >= TOTAL_LIMIT


class Transactions:
    """Every open transaction by its id; plain state, used under the engine's lock."""

    def __init__(self, origin: int) -> None:
        self._origin = origin
        self._numbers = itertools.count(1)
        self._open: dict[bytes, Transaction] = {}
        self._check_at = 0

    def __iter__(self) -> Iterator[Transaction]:
        return iter(list(self._open.values()))

    @property
    def any_open(self) -> bool:
        """Whether there is an open transaction."""
        return bool(self._open)

    def begin(self, database: str, caller: str, now: int, retry: bytes = b"") -> Transaction:
        """Open a read-write transaction; `retry` names the attempt whose age it inherits.

        That attempt is left alone: one decorated function called by several threads makes the
        Python library name another thread's attempt, which may be under way.
        """
        if retry:
            check_id(retry)
        number = next(self._numbers)
        age = self._age_of(retry) or number
        opened = Transaction(
            _ID.pack(self._origin, number, age), database, age, caller, began=now, last_used=now
        )
        self._open[opened.id] = opened
        self._check_at = min(self._check_at, now + IDLE_LIMIT) or now + IDLE_LIMIT
        return opened

    def find(self, identifier: bytes, database: str, now: int) -> Transaction:
        """The open transaction of this id, marked as used; INVALID_ARGUMENT when there is none."""
        found = self._open.get(identifier)
        if found is None or found.database != database:
            raise Refused(grpc.StatusCode.INVALID_ARGUMENT, NO_LONGER_VALID)
        found.last_used = now
        return found

    def get(self, identifier: bytes) -> Transaction | None:
        """The open transaction of this id, if there is one."""
        return self._open.get(identifier)

    def close(self, transaction: Transaction) -> None:
        """Forget a transaction; harmless when it is closed already."""
        self._open.pop(transaction.id, None)

    def expired(self, now: int) -> list[Transaction]:
        """The transactions whose time is over; costs nothing until the first could be."""
        if now < self._check_at:
            return []
        self._check_at = now + SECOND
        return [opened for opened in self._open.values() if opened.expired(now)]

    def _age_of(self, identifier: bytes) -> int:
        """The age of an earlier attempt of this process; 0 when the id is none of ours."""
        if not identifier:
            return 0
        origin, _, age = _ID.unpack(identifier)
        return int(age) if origin == self._origin else 0
