"""The order of things: which operation runs now, which waits, and which transaction must yield."""

from collections.abc import Iterator
from typing import Any

import grpc

from emulators.firestore.instants import Instants
from emulators.firestore.locks import Locks, Lookup, Request
from emulators.firestore.tickets import Gathered, Ticket
from emulators.firestore.transactions import NO_LONGER_VALID, Transaction, Transactions
from emulators.refused import Refused

CONTENTION = "Too much contention on these documents. Please try again."


class Coordinator:
    """Serves requests when their locks are free; plain state, used under the engine's lock."""

    def __init__(self, instants: Instants, lookup: Lookup, lock_wait_seconds: float) -> None:
        self.locks = Locks(lookup)
        self.transactions = Transactions(instants.clock())
        self._instants = instants
        self._lock_wait_seconds = lock_wait_seconds

    def submit(self, request: Request) -> Ticket[Any]:
        """Run the request now, or let it wait in line; a ring of waiters is broken at once."""
        if self.locks.free(request):
            request.ticket.settle(request.work)
            if request.commits:
                self.advance()
            return request.ticket
        self.locks.wait(request)
        while not request.ticket.done and (ring := self._ring(request)):
            self.doom(max(ring, key=lambda waiting: (waiting.age, waiting.id)))
        return request.ticket

    def advance(self) -> None:
        """Serve those in line whose way is free now, the first first."""
        moved = True
        while moved:
            moved = False
            for request in self.locks.line:
                if self.locks.free(request) and self.locks.leave(request):
                    self._used(request)
                    request.ticket.settle(request.work)
                    moved = True

    def end(self, transaction: Transaction, failure: Refused | None = None) -> None:
        """Close a transaction and free its locks; what waits in it fails with `failure`."""
        self.transactions.close(transaction)
        self.locks.release(transaction)
        for request in self.locks.line:
            if request.owner is transaction:
                self._refuse(request, failure or no_longer_valid())

    def doom(self, transaction: Transaction) -> None:
        """Take a transaction's locks: its reads go on as of now, its commit will be aborted."""
        self.locks.release(transaction)
        transaction.doomed = True
        transaction.snapshot = self._instants.present()
        for request in self.locks.line:
            if request.owner is transaction and request.commits:
                self._refuse(request, aborted())
                self.transactions.close(transaction)
            elif request.owner is transaction and self.locks.leave(request):
                request.ticket.settle(request.work)
        self.advance()

    def expire(self) -> None:
        """End the transactions that were idle or open for too long."""
        if not self.transactions.any_open:
            return
        expired = self.transactions.expired(self._instants.clock())
        for transaction in expired:
            self.end(transaction)
        if expired:
            self.advance()

    def give_up(self, ticket: Ticket[Any]) -> None:
        """End a wait that took too long.

        A transaction's read is answered and its commit will be aborted, because clients repeat
        an aborted commit but no aborted read; a commit is aborted, and the error says who held
        what.
        """
        for request in self._waiting_for(ticket):
            if request.owner is not None and not request.commits:
                self.doom(request.owner)
            else:
                self._refuse(request, aborted(self._reason(request)))
                if request.owner is not None:
                    self.end(request.owner)
        self.advance()

    def cancel(self, ticket: Ticket[Any]) -> None:
        """Take an operation whose caller is gone out of the line."""
        for request in self._waiting_for(ticket):
            self._refuse(request, Refused(grpc.StatusCode.CANCELLED, "The caller is gone."))
        self.advance()

    def clear(self) -> None:
        """End every transaction and every wait."""
        for transaction in self.transactions:
            self.end(transaction, aborted())
        for request in self.locks.line:
            self._refuse(request, aborted())

    def _ring(self, request: Request) -> list[Transaction]:
        return self.locks.cycle(request.owner) if request.owner is not None else []

    def _refuse(self, request: Request, failure: Refused) -> None:
        if self.locks.leave(request):
            request.ticket.fail(failure)

    def _used(self, request: Request) -> None:
        if request.owner is not None:
            request.owner.last_used = self._instants.clock()

    def _waiting_for(self, ticket: Ticket[Any]) -> Iterator[Request]:
        wanted = {id(part) for part in (ticket.parts if isinstance(ticket, Gathered) else [ticket])}
        return (request for request in self.locks.line if id(request.ticket) in wanted)

    def _reason(self, request: Request) -> str:
        return " ".join(
            f"Waited {self._lock_wait_seconds:g} s for {_what(blocker, request)}, locked by the "
            f"transaction {blocker.id.hex()} of {blocker.caller!r}, which is still open. A write "
            "outside a transaction to what the same code has read inside it waits for itself."
            for blocker in self.locks.blockers(request)
        )


def aborted(reason: str = "") -> Refused:
    """Production's answer to a transaction that lost, with the reason where it is known."""
    return Refused(grpc.StatusCode.ABORTED, f"{CONTENTION} {reason}".rstrip())


def no_longer_valid() -> Refused:
    """Production's answer to a transaction that is finished, expired or never was."""
    return Refused(grpc.StatusCode.INVALID_ARGUMENT, NO_LONGER_VALID)


def _what(blocker: Transaction, request: Request) -> str:
    shared = sorted(blocker.names.intersection(request.names))
    return ", ".join(shared) or "a document that one of its queries would find"
