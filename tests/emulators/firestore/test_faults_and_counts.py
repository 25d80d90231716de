"""Failures on demand, and what each caller's calls cost."""

from typing import Any

import pytest
from google.api_core.exceptions import Aborted, PermissionDenied
from google.cloud.firestore import Client, Transaction, transactional

from emulators.firestore import inprocess, rpcs
from emulators.firestore.engine import Engine
from emulators.firestore.faults import RPCS


def test_a_fault_comes_before_any_effect(engine: Engine, client: Client) -> None:
    engine.faults.add({"rpc": "Commit", "code": "PERMISSION_DENIED"})
    with pytest.raises(PermissionDenied):
        client.document("c/a").set({"n": 1})
    assert not client.document("c/a").get().exists
    client.document("c/a").set({"n": 1})


def test_a_lost_answer_has_taken_effect(engine: Engine, client: Client) -> None:
    engine.faults.add({"rpc": "Commit", "code": "ABORTED", "apply": True})
    with pytest.raises(Aborted):
        client.document("c/a").set({"n": 1})
    assert client.document("c/a").get().get("n") == 1


def test_a_fault_may_be_meant_for_one_caller_and_some_times(engine: Engine) -> None:
    engine.faults.add({"code": "ABORTED", "times": 2, "caller": "webhook"})
    webhook = inprocess.client(engine, "moca-local", caller="webhook")
    inprocess.client(engine, "moca-local").document("c/a").set({})
    for _ in range(2):
        with pytest.raises(Aborted):
            webhook.document("c/a").set({})
    webhook.document("c/a").set({})


def test_an_aborted_commit_is_repeated_by_the_client(engine: Engine, client: Client) -> None:
    engine.faults.add({"rpc": "Commit", "code": "ABORTED", "times": 3})
    attempts = []

    @transactional
    def write(transaction: Transaction) -> None:
        attempts.append(client.document("c/a").get(transaction=transaction).exists)
        transaction.set(client.document("c/a"), {})

    write(client.transaction())
    assert attempts == [False] * 4


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "SAD"},
        {"code": ["ABORTED"]},
        {"code": "OK"},
        {"whom": "me"},
        {"rpc": 5},
        {"rpc": "Comit"},
        {"rpc": ""},
        {"code": "ABORT"},
        {"times": "2"},
        {"times": True},
        {"delay_seconds": "long"},
        {"apply": 1},
    ],
)
def test_a_fault_that_cannot_be_is_refused(engine: Engine, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"fault|failure"):
        engine.faults.add(wrong)


def test_every_call_that_is_answered_can_be_made_to_fail() -> None:
    assert set(RPCS) == set(rpcs.RPCS)


def test_reads_writes_and_deletes_are_counted_as_billed(engine: Engine, client: Client) -> None:
    batch = client.batch()
    for name in "abc":
        batch.set(client.document(f"c/{name}"), {"n": 1})
    batch.delete(client.document("c/d"))
    batch.commit()
    list(client.get_all([client.document("c/a"), client.document("c/missing")]))
    list(client.collection("c").stream())
    list(client.collection("nothing").stream())
    client.collection("c").count().get()
    counted = engine.counts.snapshot()["other"]
    rpcs = {"Commit": 1, "BatchGetDocuments": 1, "RunQuery": 2, "RunAggregationQuery": 1}
    assert counted == {
        "round_trips": 5, "reads": 2 + 3 + 1 + 1, "writes": 3, "deletes": 1, "listens": 0,
        "rpcs": rpcs,
    }  # fmt: skip


def test_a_caller_is_known_by_its_user_agent(engine: Engine, client: Client) -> None:
    client._rpc_metadata.append(("x-goog-api-client", "moca-process_thread gl-python/3.11"))
    client.document("c/a").set({})
    engine.counts.clear()
    client.document("c/a").set({})
    assert list(engine.counts.snapshot()) == ["process_thread"]
