"""Another emulator behind a relay: the local time, counts and faults are as with our own."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.cloud.firestore import Client

from emulators.clock import SimClock
from emulators.firestore import inprocess
from emulators.firestore.engine import Engine
from emulators.firestore.server import FirestoreServer
from emulators.gateway.relay import Relay
from emulators.loop import LoopThread
from services.adapters.chance import RandomIds
from services.adapters.firestore.connect import connect
from services.adapters.firestore.documents import FirestoreDocuments
from services.domain.documents import SERVER_TIME, Create, Delete, Increment, Merge, Query
from services.errors import Unavailable
from services.ports import Reads

HERE = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
THERE = HERE + timedelta(days=40)


@pytest.fixture
def other() -> Engine:
    """The documents of an emulator that knows nothing of our clock."""
    return Engine(SimClock(THERE).now)


@pytest.fixture
def relay(other: Engine) -> Iterator[Relay]:
    loop = LoopThread("relay-tests")
    server = FirestoreServer(other, loop, owner_only=True)
    server.start()
    relay = Relay(server.address, SimClock(HERE), loop)
    relay.start()
    yield relay
    relay.stop()
    server.stop()
    loop.stop()


@pytest.fixture
def documents(relay: Relay) -> FirestoreDocuments:
    """The deployed store, as a function that reaches the other emulator by the relay."""
    client = connect("webhook", relay.address)
    return FirestoreDocuments(client, "moca-local", SimClock(HERE), RandomIds())


@pytest.fixture
def there(other: Engine) -> Client:
    """Who looks at the other emulator's documents."""
    return inprocess.client(other, "moca-local")


def test_a_commit_is_told_the_local_time(documents: FirestoreDocuments, there: Client) -> None:
    documents.commit([Create("c/one", {"n": 1, "at": SERVER_TIME})])
    documents.commit([Merge("c/one", {"n": Increment(1), "again": SERVER_TIME})])
    stored: dict[str, Any] = there.document("c/one").get().to_dict() or {}
    assert stored["n"] == 2
    assert HERE <= stored["at"] < stored["again"] < HERE + timedelta(seconds=1)


def test_what_is_read_and_written_is_counted_for_its_caller(
    relay: Relay, documents: FirestoreDocuments
) -> None:
    documents.commit([Create("c/one", {"n": 1}), Create("c/two", {"n": 1}), Delete("c/none")])
    documents.get("c/one", "c/none")
    documents.query(Query("c", where=[("n", "==", 1)]))
    documents.query(Query("c", where=[("n", "==", 2)]))
    assert documents.count(Query("c"), up_to=10) == 2
    counted = relay.counts.snapshot()["webhook"]
    assert (counted["round_trips"], counted["reads"]) == (5, 2 + 2 + 1 + 1)
    assert (counted["writes"], counted["deletes"]) == (2, 1)


def test_an_aborted_commit_leaves_no_transaction_behind(
    relay: Relay, documents: FirestoreDocuments, there: Client
) -> None:
    def add(reads: Reads) -> tuple[None, list[Merge]]:
        (one,) = reads.get("c/one")
        return None, [Merge("c/one", {"n": (one.fields or {}).get("n", 0) + 1})]

    relay.faults.add({"rpc": "Commit", "code": "ABORTED", "times": 2})
    documents.transact(add)
    assert there.document("c/one").get().get("n") == 1


def test_an_answer_is_lost_after_its_effect(
    relay: Relay, documents: FirestoreDocuments, there: Client
) -> None:
    relay.faults.add({"rpc": "Commit", "code": "DEADLINE_EXCEEDED", "apply": True})
    with pytest.raises(Unavailable):
        documents.commit([Create("c/one", {})])
    assert there.document("c/one").get().exists


def test_who_listens_hears_of_each_commit(relay: Relay, documents: FirestoreDocuments) -> None:
    heard: list[int] = []
    relay.listen(lambda: heard.append(1))
    documents.get("c/one")
    documents.commit([Create("c/one", {})])
    assert heard == [1]
