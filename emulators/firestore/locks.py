"""Who may go on and who must wait: exclusive locks on documents and on query results."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from emulators.firestore.predicates import Predicate
from emulators.firestore.records import Record
from emulators.firestore.tickets import Ticket
from emulators.firestore.transactions import Transaction

Lookup = Callable[[str], Record | None]


def _nothing() -> Iterable[Record | None]:
    return ()


@dataclass(slots=True, eq=False)
class Request:
    """One operation and the locks that it needs.

    `touched` tells a commit's documents before and after, for the queries of others. `work` runs
    once nothing stands in the way; until then the request waits in line.
    """

    owner: Transaction | None
    names: Collection[str]
    work: Callable[[], Any]
    predicate: Predicate | None = None
    touched: Callable[[], Iterable[Record | None]] = _nothing
    commits: bool = False
    ticket: Ticket[Any] = field(default_factory=Ticket)


class Locks:
    """The lock table and the line before it; plain state, used under the engine's lock.

    Whoever holds nothing waits behind everybody who came earlier and wants the same: first come,
    first served. Who holds a lock already passes them, because they may be waiting for it.
    """

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._owners: dict[str, Transaction] = {}
        self._askers: dict[bytes, Transaction] = {}
        self._line: dict[int, Request] = {}

    @property
    def line(self) -> list[Request]:
        """The waiting requests, oldest first."""
        return list(self._line.values())

    def hold(self, owner: Transaction, names: Iterable[str], predicate: Predicate | None) -> None:
        """Give locks to a transaction, which nobody else may hold."""
        for name in names:
            self._owners[name] = owner
            owner.names.add(name)
        if predicate is not None:
            owner.predicates.append(predicate)
            self._askers[owner.id] = owner

    def release(self, owner: Transaction) -> None:
        """Take every lock from a transaction."""
        for name in owner.names:
            if self._owners.get(name) is owner:
                del self._owners[name]
        self._askers.pop(owner.id, None)
        owner.names.clear()
        owner.predicates.clear()

    def holder(self, name: str) -> Transaction | None:
        """Who holds the document's lock."""
        return self._owners.get(name)

    def wait(self, request: Request) -> None:
        """Put a request at the end of the line."""
        self._line[id(request)] = request
        if request.owner is not None:
            request.owner.waiting += 1

    def leave(self, request: Request) -> bool:
        """Take a request out of the line; False when it is not in it."""
        if self._line.pop(id(request), None) is None:
            return False
        if request.owner is not None:
            request.owner.waiting -= 1
        return True

    def free(self, request: Request) -> bool:
        """Whether nothing stands in the request's way."""
        if not (self._owners or self._askers or self._line):
            return True
        return next(self.blockers(request), None) is None and not self._behind_others(request)

    def blockers(self, request: Request) -> Iterator[Transaction]:
        """The transactions whose locks stand in the request's way."""
        for name in request.names:
            holder = self._owners.get(name)
            if holder is not None and holder is not request.owner:
                yield holder
        if request.predicate is not None:
            yield from self._in_the_way_of(request.predicate, request.owner)
        if request.commits and self._askers:
            yield from self._watching(request)

    def cycle(self, start: Transaction) -> list[Transaction]:
        """Transactions that wait for each other in a ring through `start`; empty without one."""
        waiting: dict[Transaction, list[Request]] = {}
        for request in self._line.values():
            if request.owner is not None:
                waiting.setdefault(request.owner, []).append(request)
        return self._search(start, start, waiting, set())

    def _search(
        self,
        at: Transaction,
        goal: Transaction,
        waiting: dict[Transaction, list[Request]],
        seen: set[Transaction],
    ) -> list[Transaction]:
        seen.add(at)
        for request in waiting.get(at, ()):
            for blocker in self.blockers(request):
                if blocker is goal:
                    return [at]
                if blocker not in seen and (rest := self._search(blocker, goal, waiting, seen)):
                    return [at, *rest]
        return []

    def _behind_others(self, request: Request) -> bool:
        if request.owner is not None and request.owner.holds_any:
            return False
        for earlier in self._line.values():
            if earlier is request:
                return False
            same_owner = request.owner is not None and earlier.owner is request.owner
            if not same_owner and self._want_the_same(earlier, request):
                return True
        return False

    def _want_the_same(self, one: Request, other: Request) -> bool:
        if not set(one.names).isdisjoint(other.names):
            return True
        if one.predicate is not None and other.predicate is not None:
            return one.predicate.overlaps(other.predicate)
        return self._covers_any(one.predicate, other.names) or self._covers_any(
            other.predicate, one.names
        )

    def _in_the_way_of(
        self, predicate: Predicate, owner: Transaction | None
    ) -> Iterator[Transaction]:
        for asker in self._askers.values():
            if asker is not owner and any(predicate.overlaps(held) for held in asker.predicates):
                yield asker
        for name, holder in self._owners.items():
            if holder is not owner and predicate.covers(self._lookup(name)):
                yield holder

    def _watching(self, request: Request) -> Iterator[Transaction]:
        try:
            touched = [record for record in request.touched() if record is not None]
        except Exception:  # noqa: BLE001 (it fails whether it waits or not: let it run and say so)
            return
        for asker in self._askers.values():
            if asker is not request.owner and any(
                held.covers(record) for held in asker.predicates for record in touched
            ):
                yield asker

    def _covers_any(self, predicate: Predicate | None, names: Iterable[str]) -> bool:
        return predicate is not None and any(predicate.covers(self._lookup(name)) for name in names)
