"""The optimistic mode: nobody waits, and who read what has changed is aborted."""

import pytest
from google.api_core.exceptions import Aborted

from emulators.clock import SimClock
from emulators.firestore.engine import Engine
from tests.emulators.firestore.raw import Raw


@pytest.fixture
def raw(clock: SimClock) -> Raw:
    made = Raw(Engine(clock.now, mode="optimistic"))
    for name in ("a", "b"):
        made.collection.document(name).set({"n": 0})
    return made


def test_the_first_to_commit_wins(raw: Raw) -> None:
    first, second = raw.begin(), raw.begin()
    assert (raw.read(first, "a"), raw.read(second, "a")) == (0, 0)
    raw.commit(second, a=2)
    with pytest.raises(Aborted, match="Too much contention on these documents"):
        raw.commit(first, a=1)
    assert raw.collection.document("a").get().get("n") == 2


def test_reads_are_of_one_instant(raw: Raw) -> None:
    transaction = raw.begin()
    raw.read(transaction, "a")
    raw.collection.document("b").set({"n": 5})
    assert raw.read(transaction, "b") == 0


def test_a_phantom_aborts(raw: Raw) -> None:
    transaction = raw.begin()
    assert raw.find(transaction, 9) == []
    raw.collection.document("new").set({"n": 9})
    with pytest.raises(Aborted):
        raw.commit(transaction, mine=9)


def test_what_was_not_read_does_not_matter(raw: Raw) -> None:
    transaction = raw.begin()
    raw.read(transaction, "a")
    raw.collection.document("b").set({"n": 5})
    raw.commit(transaction, a=1)


def test_one_transaction_may_be_pessimistic_all_the_same(raw: Raw) -> None:
    careful = raw.begin(read_write={"concurrency_mode": "PESSIMISTIC"})
    raw.read(careful, "a")
    waits = raw.blocked(raw.collection.document("a").set, {"n": 5})
    raw.commit(careful, a=1)
    waits.result(10)
    assert raw.collection.document("a").get().get("n") == 5
