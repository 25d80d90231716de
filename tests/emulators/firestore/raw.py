"""Transactions step by step: the raw calls of the real client, and a look at who waits."""

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from google.cloud.firestore import Client, CollectionReference, FieldFilter, Query
from google.cloud.firestore_v1 import _helpers, types

from emulators.firestore import inprocess
from emulators.firestore.engine import Engine
from emulators.firestore.inprocess import Hooks, waiting
from emulators.firestore.tickets import Ticket

PATIENCE = 10
"""Seconds after which a test gives up what should have come at once."""


class Raw:
    """One client whose transactions are driven call by call, in a collection named `c`."""

    def __init__(self, engine: Engine) -> None:
        self._waits: queue.Queue[Ticket[Any]] = queue.Queue()
        wait = waiting(engine)

        def noticed(ticket: Ticket[Any]) -> None:
            self._waits.put(ticket)
            wait(ticket)

        self.client: Client = inprocess.client(engine, "moca-local", hooks=Hooks(wait=noticed))
        self.api = self.client._firestore_api
        self.database = self.client._database_string

    @property
    def collection(self) -> CollectionReference:
        return self.client.collection("c")

    def begin(self, **options: Any) -> bytes:
        request = {"database": self.database, "options": options or {"read_write": {}}}
        return bytes(self.api.begin_transaction(request=request).transaction)

    def read(self, transaction: bytes, name: str) -> Any:
        """The `n` of a document, or None when there is no document."""
        request = {
            "database": self.database,
            "documents": [self.collection.document(name)._document_path],
            "transaction": transaction,
        }
        (found,) = self.api.batch_get_documents(request=request)
        return found.found.fields["n"].integer_value if found.found.name else None

    def find(self, transaction: bytes, n: int) -> list[str]:
        """The ids of the documents with this `n`."""
        asked: Query = self.collection.where(filter=FieldFilter("n", "==", n))
        parent, _ = self.collection._parent_info()
        request = types.RunQueryRequest(
            parent=parent, structured_query=asked._to_protobuf(), transaction=transaction
        )
        responses = self.api.run_query(request=request)
        return [each.document.name.rpartition("/")[2] for each in responses if each.document.name]

    def commit(self, transaction: bytes, **values: int) -> None:
        """Set the `n` of each document named, all in the transaction."""
        writes = [
            write
            for name, n in values.items()
            for write in _helpers.pbs_for_set_no_merge(
                self.collection.document(name)._document_path, {"n": n}
            )
        ]
        request = {"database": self.database, "writes": writes, "transaction": transaction}
        self.api.commit(request=request)

    def rollback(self, transaction: bytes) -> None:
        self.api.rollback(request={"database": self.database, "transaction": transaction})

    def blocked(self, call: Callable[..., Any], *arguments: Any, **values: Any) -> "Future[Any]":
        """Make the call on a thread of its own; returns once it waits for a lock."""
        outcome = apart(call, *arguments, **values)
        self._waits.get(timeout=PATIENCE)
        return outcome


def apart(call: Callable[..., Any], *arguments: Any, **values: Any) -> "Future[Any]":
    """Make the call on a thread of its own."""
    outcome: Future[Any] = Future()

    def run() -> None:
        try:
            outcome.set_result(call(*arguments, **values))
        except BaseException as failure:  # noqa: BLE001 (handed to whoever asks for the result)
            outcome.set_exception(failure)

    threading.Thread(target=run, daemon=True).start()
    return outcome


def until(fact: Callable[[], bool]) -> None:
    """Return once the fact holds: for what a server notices in its own time."""
    deadline = time.monotonic() + PATIENCE
    while not fact():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.001)
