"""The Firestore engine: documents, transactions and locks behind one lock, and no waiting."""

import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

import grpc

from emulators.firestore import expiry, transactions
from emulators.firestore.commit import Prepared, prepare
from emulators.firestore.coordinator import Coordinator, aborted
from emulators.firestore.counts import Counts
from emulators.firestore.faults import Faults
from emulators.firestore.history import RETENTION, Change, History
from emulators.firestore.indexes import Catalog
from emulators.firestore.instants import Instants, requested
from emulators.firestore.locks import Request
from emulators.firestore.messages import TransactionOptions
from emulators.firestore.persistence import Store
from emulators.firestore.planning import PlannedWrite
from emulators.firestore.query import Query
from emulators.firestore.records import Record
from emulators.firestore.tickets import Ticket
from emulators.firestore.transactions import Transaction
from emulators.firestore.views import Reading, View
from emulators.refused import Refused

T = TypeVar("T")
Mode = Literal["pessimistic", "optimistic"]

INDEXED_DATABASE = "projects/moca-local/databases/(default)"
"""The one database to which the index rule and the TTL policies apply."""


class Engine:
    """Everything that a Firestore remembers and decides; thread-safe, and it never blocks.

    An operation that must wait for another transaction's locks gives back a ticket that is not
    done yet; whoever waits for it may end the wait with `give_up` or `cancel`.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        mode: Mode = "pessimistic",
        indexes: Path | None = None,
        store: Path | None = None,
        lock_wait_seconds: float = 20.0,
    ) -> None:
        self.counts = Counts()
        self.faults = Faults()
        self.lock_wait_seconds = lock_wait_seconds
        self.lock = threading.RLock()
        self._instants = Instants(clock)
        self._optimistic = mode == "optimistic"
        self._coordinator = Coordinator(self._instants, self._latest, lock_wait_seconds)
        self._catalog = Catalog.load(indexes) if indexes is not None else None
        self._listeners: list[Callable[[], None]] = []
        self._store = Store(store) if store is not None else None
        self.history = self._loaded()

    def reset(self) -> None:
        """Forget every document, transaction, fault, count and instant, on the disk too."""
        with self.lock:
            self._coordinator.clear()
            instant = self._instants.restart()
            if self._store is not None:
                self._store.clear(instant)
            self.history = History(since=instant)
            self.faults.clear()
            self.counts.clear()
            self._tell_listeners()

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._store is not None:
            self._store.close()

    def present(self) -> int:
        """The instant of a read that happens now, in microseconds."""
        with self.lock:
            return self._instants.present()

    @property
    def waiting(self) -> int:
        """How many operations wait for locks."""
        with self.lock:
            return len(self._coordinator.locks.line)

    def tick(self) -> None:
        """Let end what the clock ends: for when it was moved and nobody calls."""
        with self.lock:
            self._coordinator.expire()

    def when_done(self, ticket: Ticket[Any], callback: Callable[[], None]) -> None:
        """Have `callback` called, only to signal, once the ticket is done; maybe at once."""
        with self.lock:
            ticket.when_done(callback)

    def give_up(self, ticket: Ticket[Any]) -> None:
        """End a wait that took too long: a transaction loses, and learns it at its commit."""
        with self.lock:
            self._coordinator.give_up(ticket)

    def cancel(self, ticket: Ticket[Any]) -> None:
        """End the wait of a caller who is gone."""
        with self.lock:
            self._coordinator.cancel(ticket)

    def begin(self, database: str, options: TransactionOptions, caller: str) -> bytes:
        """Open a transaction; its id."""
        with self.lock:
            self._coordinator.expire()
            return self._begin(database, options, caller).id

    def rollback(self, database: str, identifier: bytes) -> None:
        """Give up a transaction; one that is finished is given up already.

        Raises:
            Refused: INVALID_ARGUMENT for what is no transaction's id.
        """
        transactions.check_id(identifier)
        with self.lock:
            found = self._coordinator.transactions.get(identifier)
            if found is not None and found.database == database:
                self._coordinator.end(found)
                self._coordinator.advance()

    def read(self, reading: Reading) -> Ticket[Any]:
        """Answer a read, at once or when the locks that it needs are free."""
        with self.lock:
            self._coordinator.expire()
            owner, at = self._consistency(reading)
            locks = owner is not None and owner.locks
            return self._coordinator.submit(
                Request(
                    owner=owner,
                    names=reading.names if locks else (),
                    predicate=reading.predicate if locks else None,
                    work=lambda: self._look(reading, owner, at),
                )
            )

    def commit(
        self,
        database: str,
        planned: list[PlannedWrite],
        identifier: bytes,
        answer: Callable[[Prepared, int], T],
    ) -> Ticket[T]:
        """Apply the writes, all or none, at once or when nobody else's locks are in the way."""
        with self.lock:
            self._coordinator.expire()
            owner = self._committing(database, planned, identifier) if identifier else None
            return self._coordinator.submit(
                Request(
                    owner=owner,
                    names={write.name.text for write in planned},
                    work=lambda: self._commit(planned, owner, answer),
                    touched=lambda: self._touched(planned),
                    commits=True,
                )
            )

    def check_index(self, query: Query) -> None:
        """Refuse a query that production would refuse for want of an index."""
        if self._catalog is not None and query.scope.database == INDEXED_DATABASE:
            self._catalog.check(query)

    def sweep_ttl(self) -> int:
        """Delete the documents whose TTL field has passed, but for locked ones; how many."""
        if self._catalog is None:
            return 0
        with self.lock:
            policies = self._catalog.ttl_fields
            now = self._instants.clock()
            expired = expiry.expired(self.history, INDEXED_DATABASE, policies, now)
            free = [record for record in expired if not self._held(record)]
            instant = self._instants.next_commit()
            self._apply([Change(instant, old.name, old, None) for old in free], instant)
            return len(free)

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Have `listener` called, only to signal, after each change; returns what ends that."""
        with self.lock:
            self._listeners.append(listener)
        return lambda: self._unlisten(listener)

    def _unlisten(self, listener: Callable[[], None]) -> None:
        # Without the lock, a commit that is telling everybody would skip one.
        with self.lock:
            self._listeners.remove(listener)

    def _held(self, record: Record) -> bool:
        """Whether a transaction has read the document, or a query that it belongs to."""
        deletion = Request(
            owner=None,
            names=(record.name.text,),
            work=lambda: None,
            touched=lambda: (record,),
            commits=True,
        )
        return next(self._coordinator.locks.blockers(deletion), None) is not None

    def _loaded(self) -> History:
        if self._store is None:
            # Nothing is known of earlier: a listener of an earlier process must begin anew.
            return History(since=self._instants.present())
        self._instants.not_before(self._store.latest())
        history = History(since=self._store.latest())
        for record in self._store.load():
            history.load(record)
        return history

    def _latest(self, name: str) -> Record | None:
        return self.history.get(name)

    def _begin(self, database: str, options: TransactionOptions, caller: str) -> Transaction:
        now = self._instants.clock()
        retry = options.read_write.retry_transaction
        opened = self._coordinator.transactions.begin(database, caller, now, retry)
        if options.HasField("read_only"):
            opened.read_only = True
            opened.snapshot = self._instants.present()
            if options.read_only.HasField("read_time"):
                opened.snapshot = self._past(requested(options.read_only.read_time))
        elif options.read_write.concurrency_mode == _OPTIMISTIC or (
            self._optimistic and options.read_write.concurrency_mode != _PESSIMISTIC
        ):
            opened.optimistic = True
            opened.snapshot = self._instants.present()
        return opened

    def _consistency(self, reading: Reading) -> tuple[Transaction | None, int | None]:
        """The transaction in which the request reads, or the instant at which it does."""
        selector = reading.selector
        if selector is None or reading.consistency is None:
            return None, None
        if reading.consistency == "transaction":
            now = self._instants.clock()
            find = self._coordinator.transactions.find
            return find(selector.transaction, reading.database, now), None
        if reading.begins:
            return self._begin(reading.database, selector.new_transaction, reading.caller), None
        return None, self._past(requested(selector.read_time))

    def _past(self, instant: int) -> int:
        present = self._instants.present()
        if instant > present:
            raise Refused(grpc.StatusCode.INVALID_ARGUMENT, "The read_time lies in the future.")
        if instant < present - RETENTION:
            message = "The requested snapshot version is too old."
            raise Refused(grpc.StatusCode.FAILED_PRECONDITION, message)
        return instant

    def _look(self, reading: Reading, owner: Transaction | None, at: int | None) -> Any:
        if owner is not None and not owner.locks:
            at = owner.snapshot
        began = owner.id if owner is not None and reading.begins else b""
        view = View(self.history, at, at or self._instants.present(), began)
        answer = reading.answer(view)
        if owner is not None and owner.locks:
            self._coordinator.locks.hold(owner, [*reading.names, *view.seen], reading.predicate)
        elif owner is not None and owner.optimistic:
            owner.remember([*reading.names, *view.seen], reading.predicate)
        return answer

    def _committing(
        self, database: str, planned: list[PlannedWrite], identifier: bytes
    ) -> Transaction:
        owner = self._coordinator.transactions.find(identifier, database, self._instants.clock())
        if owner.doomed:
            self._coordinator.end(owner)
            raise aborted()
        if owner.read_only and planned:
            message = "Cannot modify entities in a read-only transaction."
            raise Refused(grpc.StatusCode.INVALID_ARGUMENT, message)
        return owner

    def _touched(self, planned: list[PlannedWrite]) -> Iterable[Record | None]:
        prepared = prepare(self._latest, planned, self._instants.present() + 1)
        return [record for change in prepared.changes for record in (change.old, change.new)]

    def _commit(
        self,
        planned: list[PlannedWrite],
        owner: Transaction | None,
        answer: Callable[[Prepared, int], T],
    ) -> T:
        try:
            if owner is not None and owner.optimistic:
                self._validate(owner)
            instant = self._instants.next_commit()
            prepared = prepare(self._latest, planned, instant)
            self._apply(prepared.changes, instant)
        finally:
            if owner is not None:
                self._coordinator.end(owner)
        return answer(prepared, instant)

    def _validate(self, owner: Transaction) -> None:
        """Abort unless what the transaction read is still what it would read."""
        for change in self.history.since(owner.snapshot or 0):
            if change.name.text in owner.names or any(
                held.covers(record) for held in owner.predicates for record in change[2:]
            ):
                raise aborted()

    def _apply(self, changes: list[Change], instant: int) -> None:
        if not changes:
            return
        if self._store is not None:
            self._store.write(changes, instant)
        self.history.apply(changes)
        self._tell_listeners()

    def _tell_listeners(self) -> None:
        for listener in self._listeners:
            listener()


_OPTIMISTIC = TransactionOptions.OPTIMISTIC
_PESSIMISTIC = TransactionOptions.PESSIMISTIC
