"""Random transactions, interleaved at random: their effect is that of some one after the other."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulators.clock import SimClock
from emulators.firestore import messages
from emulators.firestore.engine import Engine, Mode
from emulators.firestore.instants import from_timestamp
from emulators.firestore.rpcs import RPCS, start
from emulators.firestore.tickets import Ticket
from emulators.refused import Refused
from tests.emulators.firestore.conftest import START

DATABASE = "projects/moca-local/databases/(default)"
NAMES = "abc"

Step = tuple[str, Any]
reads = st.tuples(st.just("read"), st.sampled_from(NAMES))
finds = st.tuples(st.just("find"), st.integers(0, 1))
writes = st.dictionaries(st.sampled_from(NAMES), st.none() | st.integers(0, 1), max_size=2)
programs = st.tuples(st.lists(reads | finds, max_size=3), writes)


@dataclass
class Run:
    """One transaction: what it does, and what it saw."""

    steps: list[Step]
    writes: dict[str, int | None]
    saw: list[Any] = field(default_factory=list)
    waits: Ticket[list[Any]] | None = None


def _call(engine: Engine, method: str, request: Any) -> Ticket[list[Any]]:
    return start(engine, RPCS[method], request, "test")


def _name(document: str) -> str:
    return f"{DATABASE}/documents/c/{document}"


def _drive(engine: Engine, run: Run) -> Iterator[None]:
    """Make the run's calls one by one, yielding wherever another run may come between."""
    begun = _call(engine, "BeginTransaction", messages.BeginTransactionRequest(database=DATABASE))
    transaction = begun.result()[0].transaction
    yield
    for kind, what in run.steps:
        run.waits = _look(engine, transaction, kind, what)
        while not run.waits.done:
            yield
        run.saw.append(_seen(kind, run.waits.result()))
        yield
    run.waits = _call(engine, "Commit", _commit(transaction, run.writes))
    while not run.waits.done:
        yield


def _look(engine: Engine, transaction: bytes, kind: str, what: Any) -> Ticket[list[Any]]:
    if kind == "read":
        request = messages.BatchGetDocumentsRequest(
            database=DATABASE, documents=[_name(what)], transaction=transaction
        )
        return _call(engine, "BatchGetDocuments", request)
    query = messages.RunQueryRequest(parent=f"{DATABASE}/documents", transaction=transaction)
    query.structured_query.from_.add(collection_id="c")
    condition = query.structured_query.where.field_filter
    condition.field.field_path = "n"
    condition.op = messages.FieldFilter.EQUAL
    condition.value.integer_value = what
    return _call(engine, "RunQuery", query)


def _seen(kind: str, responses: list[Any]) -> Any:
    if kind == "read":
        found = responses[0].found
        return found.fields["n"].integer_value if found.name else None
    return [each.document.name[-1] for each in responses if each.document.name]


def _commit(transaction: bytes, writes: dict[str, int | None]) -> Any:
    request = messages.CommitRequest(database=DATABASE, transaction=transaction)
    for document, n in writes.items():
        if n is None:
            request.writes.add(delete=_name(document))
        else:
            write = request.writes.add()
            write.update.name = _name(document)
            write.update.fields["n"].integer_value = n
    return request


def _committed(runs: list[Run]) -> list[Run]:
    """Those whose commit went through, in the order of their commits; the others were aborted."""
    instants = {}
    for run in runs:
        assert run.waits is not None
        try:
            response: Any = run.waits.result()[0]
        except Refused as refused:
            if refused.code is not grpc.StatusCode.ABORTED:
                raise
        else:
            instants[from_timestamp(response.commit_time)] = run
    return [run for _, run in sorted(instants.items())]


def _replay(committed: list[Run]) -> dict[str, int]:
    """One after the other, in the order of their commits: each must see what it saw."""
    stored: dict[str, int] = {}
    for run in committed:
        for (kind, what), saw in zip(run.steps, run.saw, strict=True):
            expected = {
                "read": stored.get(what),
                "find": sorted(name for name, n in stored.items() if n == what),
            }
            assert saw == expected[kind]
        for name, n in run.writes.items():
            stored.pop(name, None)
            if n is not None:
                stored[name] = n
    return stored


@pytest.mark.parametrize("mode", ["pessimistic", "optimistic"])
@settings(max_examples=150, deadline=None)
@given(wanted=st.lists(programs, min_size=2, max_size=4), random=st.randoms(use_true_random=False))
def test_concurrent_transactions_are_serializable(mode: Mode, wanted: Any, random: Any) -> None:
    engine = Engine(SimClock(START).now, mode=mode)
    runs = [Run(steps, writes) for steps, writes in wanted]
    going = [_drive(engine, run) for run in runs]
    for _ in range(500):
        if not going:
            break
        driver = random.choice(going)
        if next(driver, "over") == "over":
            going.remove(driver)
    assert not going, "they wait for each other for ever"
    committed = _committed(runs)
    stored = _replay(committed)
    found = {name: engine.history.get(_name(name)) for name in NAMES}
    assert stored == {
        name: record.document.fields["n"].integer_value for name, record in found.items() if record
    }
    assert committed, "somebody always gets through"
