"""Threads that want the same document, through the unmodified client."""

from google.cloud.firestore import Client, Increment, Transaction, transactional

from emulators.conformance.behaviours import same
from emulators.conformance.transactions import together

THREADS = 8
TIMES = 25


def test_two_hundred_increments_all_succeed(client: Client) -> None:
    one = client.document("c/one")
    one.set({"n": 0})

    @transactional
    def increment(transaction: Transaction) -> None:
        transaction.update(one, {"n": one.get(transaction=transaction).get("n") + 1})

    def work() -> None:
        for _ in range(TIMES):
            increment(client.transaction())

    same(together(*[work] * THREADS), [])
    assert one.get().get("n") == THREADS * TIMES


def test_plain_increments_and_transactions_mix(client: Client) -> None:
    one = client.document("c/one")
    one.set({"n": 0})

    @transactional
    def add(transaction: Transaction) -> None:
        transaction.update(one, {"n": one.get(transaction=transaction).get("n") + 1})

    def careful() -> None:
        for _ in range(10):
            add(client.transaction())

    def plain() -> None:
        for _ in range(10):
            one.update({"n": Increment(1)})

    same(together(*[careful, plain] * 3), [])
    assert one.get().get("n") == 60


def test_money_moved_in_both_directions_is_all_there(client: Client) -> None:
    accounts = [client.document(f"c/{name}") for name in "abc"]
    for account in accounts:
        account.set({"n": 100})

    @transactional
    def move(transaction: Transaction, source: int, target: int) -> None:
        first, second = accounts[source], accounts[target]
        had = first.get(transaction=transaction).get("n")
        got = second.get(transaction=transaction).get("n")
        transaction.update(first, {"n": had - 1})
        transaction.update(second, {"n": got + 1})

    def work(source: int, target: int) -> None:
        for _ in range(8):
            move(client.transaction(), source, target)

    pairs = [(0, 1), (1, 0), (1, 2), (2, 0)]
    failures = together(*(lambda pair=pair: work(*pair) for pair in pairs))
    assert [str(each) for each in failures if "in 5 attempts" not in str(each)] == []
    assert sum(account.get().get("n") for account in accounts) == 300
