"""What one read may see: the documents as they are under locks, or as they were at an instant."""

from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol, TypeVar

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from emulators.firestore.history import History
from emulators.firestore.instants import to_timestamp
from emulators.firestore.messages import TransactionOptions
from emulators.firestore.predicates import Predicate
from emulators.firestore.records import Record
from emulators.firestore.scope import Scope

T = TypeVar("T")


class Selector(Protocol):
    """Any request that says in which transaction, or at which instant, it reads."""

    @property
    def transaction(self) -> bytes: ...  # noqa: D102 (protobuf's own field)

    @property
    def new_transaction(self) -> TransactionOptions: ...  # noqa: D102 (protobuf's own field)

    @property
    def read_time(self) -> Timestamp: ...  # noqa: D102 (protobuf's own field)

    def WhichOneof(self, group: str) -> str | None: ...  # noqa: N802, D102 (protobuf's own name)


class View:
    """One read's window on the documents; used under the engine's lock, not kept."""

    __slots__ = ("_at", "_history", "began", "read_at", "seen")

    def __init__(self, history: History, at: int | None, read_at: int, began: bytes) -> None:
        self._history = history
        self._at = at
        self.read_at = read_at
        self.began = began
        self.seen: list[str] = []

    @property
    def read_time(self) -> Timestamp:
        """The instant as of which everything seen is true."""
        return to_timestamp(self.read_at)

    def get(self, name: str) -> Record | None:
        """The document of this name, if there is one."""
        return self._history.get(name, self._at)

    def scan(self, scope: Scope) -> Iterable[Record]:
        """The documents in a query's scope, in no order."""
        return self._history.scan(scope, self._at)

    def collections(self, database: str) -> Iterable[tuple[str, ...]]:
        """The paths of the collections that hold a document."""
        return self._history.collections(database, self._at)

    def found(self, records: Iterable[Record]) -> None:
        """Say which documents the answer depends on, so that the transaction locks them."""
        self.seen.extend(record.name.text for record in records)


class Reading(NamedTuple):
    """A read to be done: what it needs locked, and how its answer is made from what it sees."""

    database: str
    selector: Selector | None
    caller: str
    answer: Callable[[View], list[Message]]
    names: tuple[str, ...] = ()
    predicate: Predicate | None = None

    @property
    def begins(self) -> bool:
        """Whether the read opens the transaction in which it reads."""
        return self.consistency == "new_transaction"

    @property
    def consistency(self) -> str | None:
        """Which of `transaction`, `new_transaction` and `read_time` the request gives."""
        return self.selector.WhichOneof("consistency_selector") if self.selector else None
