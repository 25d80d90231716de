"""Transactions: isolation, retries, read-only ones, and what ends them."""

# ruff: noqa: D103 (a row's name is its sentence)

import threading
from collections.abc import Callable

from google.api_core.exceptions import Aborted, InvalidArgument
from google.cloud.firestore import (
    FieldFilter,
    Increment,
    Query,
    Transaction,
    transactional,
)
from google.cloud.firestore_v1 import types

from emulators.conformance.behaviours import Place, Table, refused, same, true

TRANSACTIONS = Table()

ATOMIC = "Firestore documentation, Transactions and batched writes"
CONTENTION = "Firestore documentation, Transaction serializability and isolation"
RPC = "Firestore RPC reference, BeginTransaction, Commit and Rollback"


def together(*works: Callable[[], None]) -> list[BaseException]:
    """Run each on a thread of its own; what they raised."""
    failures: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as failure:  # noqa: BLE001 (handed to whoever asked)
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


@TRANSACTIONS.row(ATOMIC)
def a_transaction_reads_and_writes(at: Place) -> None:
    at.document().set({"n": 1})

    @transactional
    def move(transaction: Transaction) -> int:
        n = int(at.document().get(transaction=transaction).get("n"))
        transaction.update(at.document(), {"n": n + 1})
        transaction.create(at.document("two"), {"n": n})
        return n

    same(move(at.client.transaction()), 1)
    same((at.document().get().get("n"), at.document("two").get().get("n")), (2, 1))


@TRANSACTIONS.row(ATOMIC)
def a_failing_transaction_changes_nothing(at: Place) -> None:
    at.document().set({"n": 1})

    @transactional
    def fail(transaction: Transaction) -> None:
        at.document().get(transaction=transaction)
        transaction.update(at.document(), {"n": 2})
        raise ZeroDivisionError

    try:
        fail(at.client.transaction())
    except ZeroDivisionError:
        at.document().update({"seen": True})
    same(at.document().get().to_dict(), {"n": 1, "seen": True})


@TRANSACTIONS.row(CONTENTION)
def concurrent_increments_all_count(at: Place) -> None:
    threads, times = 8, 5
    at.document().set({"n": 0})

    @transactional
    def increment(transaction: Transaction) -> None:
        n = at.document().get(transaction=transaction).get("n")
        transaction.update(at.document(), {"n": n + 1})

    def work() -> None:
        for _ in range(times):
            increment(at.client.transaction())

    same(together(*[work] * threads), [])
    same(at.document().get().get("n"), threads * times)


@TRANSACTIONS.row(CONTENTION)
def a_query_in_a_transaction_excludes_phantoms(at: Place) -> None:
    slot = at.collection.where(filter=FieldFilter("slot", "==", 9)).limit(1)
    winners: list[int] = []

    def book(number: int) -> None:
        @transactional
        def attempt(transaction: Transaction) -> bool:
            if slot.get(transaction=transaction):
                return False
            transaction.create(at.document(f"booking-{number}"), {"slot": 9})
            return True

        if attempt(at.client.transaction()):
            winners.append(number)

    same(together(*[lambda n=n: book(n) for n in range(6)]), [])
    same((len(winners), len(slot.limit(10).get())), (1, 1))


@TRANSACTIONS.row(ATOMIC)
def an_update_outside_waits_for_the_transaction(at: Place) -> None:
    at.document().set({"n": 0})
    inside, outside = threading.Event(), threading.Event()

    @transactional
    def double(transaction: Transaction) -> None:
        n = at.document().get(transaction=transaction).get("n")
        inside.set()
        transaction.update(at.document(), {"n": n * 2 + 1})

    def add() -> None:
        inside.wait(10)
        at.document().update({"n": Increment(10)})
        outside.set()

    same(together(lambda: double(at.client.transaction()), add), [])
    true(outside.is_set(), "the write outside went through")
    true(at.document().get().get("n") in {11, 21}, "the two happened one after the other")


@TRANSACTIONS.row(ATOMIC)
def a_read_only_transaction_sees_one_instant(at: Place) -> None:
    at.document().set({"n": 1})
    transaction = at.client.transaction(read_only=True)
    transaction._begin()  # noqa: SLF001 (the library opens it only inside its decorator)
    at.document().set({"n": 2})
    at.document("new").set({"n": 2})
    same(at.document().get(transaction=transaction).get("n"), 1)
    same([each.get("n") for each in at.collection.stream(transaction=transaction)], [1])
    transaction._rollback()  # noqa: SLF001 (as above)


@TRANSACTIONS.row(RPC)
def beginning_can_be_folded_into_the_first_read(at: Place) -> None:
    at.document().set({"n": 1})
    api, database = at.client._firestore_api, at.client._database_string  # noqa: SLF001 (raw calls)
    metadata = at.client._rpc_metadata  # noqa: SLF001 (raw calls)
    responses = api.batch_get_documents(
        request={
            "database": database,
            "documents": [at.document()._document_path],  # noqa: SLF001 (raw calls)
            "new_transaction": {"read_write": {}},
        },
        metadata=metadata,
    )
    identifier = next(iter(responses)).transaction
    true(identifier, "the first response names the transaction")
    committed = api.commit(
        request={"database": database, "writes": [], "transaction": identifier}, metadata=metadata
    )
    true(committed.commit_time is not None, "it can be committed")


@TRANSACTIONS.row(RPC)
def a_query_can_begin_a_transaction(at: Place) -> None:
    at.document().set({"n": 1})
    api, metadata = at.client._firestore_api, at.client._rpc_metadata  # noqa: SLF001 (raw calls)
    parent, _ = at.collection._parent_info()  # noqa: SLF001 (raw calls)
    query = Query(at.collection)._to_protobuf()  # noqa: SLF001 (raw calls)
    responses = list(
        api.run_query(
            request=types.RunQueryRequest(
                parent=parent,
                structured_query=query,
                new_transaction=types.TransactionOptions(read_write={}),
            ),
            metadata=metadata,
        )
    )
    true(responses[0].transaction, "the first response names the transaction")
    api.rollback(
        request={
            "database": at.client._database_string,  # noqa: SLF001 (raw calls)
            "transaction": responses[0].transaction,
        },
        metadata=metadata,
    )


@TRANSACTIONS.row(RPC)
def a_finished_transaction_is_no_longer_valid(at: Place) -> None:
    api, database = at.client._firestore_api, at.client._database_string  # noqa: SLF001 (raw calls)
    metadata = at.client._rpc_metadata  # noqa: SLF001 (raw calls)
    begun = api.begin_transaction(request={"database": database}, metadata=metadata).transaction
    request = {"database": database, "transaction": begun}
    api.rollback(request=request, metadata=metadata)
    empty = {**request, "writes": []}
    refused(InvalidArgument, lambda: api.commit(request=empty, metadata=metadata))
    api.rollback(request=request, metadata=metadata)


@TRANSACTIONS.row(CONTENTION)
def two_that_wait_for_each_other_do_not_wait_for_ever(at: Place) -> None:
    at.document("a").set({"n": 0})
    at.document("b").set({"n": 0})
    both = threading.Barrier(2, timeout=20)

    def cross(first: str, second: str) -> Callable[[], None]:
        attempts = []

        @transactional
        def move(transaction: Transaction) -> None:
            n = at.document(first).get(transaction=transaction).get("n")
            attempts.append(n)
            if len(attempts) == 1:
                both.wait()
            m = at.document(second).get(transaction=transaction).get("n")
            transaction.update(at.document(first), {"n": n + 1})
            transaction.update(at.document(second), {"n": m + 1})

        return lambda: move(at.client.transaction())

    failures = together(cross("a", "b"), cross("b", "a"))
    true(all(isinstance(each, Aborted) for each in failures), f"only contention: {failures}")
    done = 2 - len(failures)
    same([at.document(each).get().get("n") for each in "ab"], [done, done])
