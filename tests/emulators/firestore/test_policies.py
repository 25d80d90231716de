"""The index rule and the TTL policies, and where they end."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from google.api_core.exceptions import FailedPrecondition
from google.cloud.firestore import Client, FieldFilter, Query

from emulators.clock import SimClock
from emulators.firestore import inprocess
from emulators.firestore.engine import Engine
from tests.emulators.firestore.raw import Raw

INDEXES = {
    "indexes": [],
    "fieldOverrides": [
        {"collectionGroup": "tokens", "fieldPath": "gone_at", "ttl": True, "indexes": []}
    ],
}


@pytest.fixture
def strict(tmp_path: Path, clock: SimClock) -> Engine:
    path = tmp_path / "firestore.indexes.json"
    path.write_text(json.dumps(INDEXES))
    return Engine(clock.now, indexes=path)


def _query(client: Client) -> Query:
    query: Query = client.collection("c").where(filter=FieldFilter("a", "==", 1)).order_by("b")
    return query.where(filter=FieldFilter("b", ">", 1))


def test_a_query_without_its_index_is_refused_with_the_index(strict: Engine) -> None:
    with pytest.raises(FailedPrecondition, match="index") as raised:
        _query(inprocess.client(strict, "moca-local")).get()
    assert '"collectionGroup": "c"' in raised.value.message


@pytest.mark.parametrize(("project", "database"), [("other", "(default)"), ("moca-local", "x")])
def test_other_databases_are_free_of_the_rule(strict: Engine, project: str, database: str) -> None:
    assert _query(inprocess.client(strict, project, database)).get() == []


def test_what_has_expired_is_swept_away(strict: Engine, clock: SimClock) -> None:
    client = inprocess.client(strict, "moca-local")
    other = inprocess.client(strict, "other")
    now = clock.now()
    for each in (client, other):
        each.document("tokens/old").set({"gone_at": now - timedelta(seconds=1)})
    client.document("a/b/tokens/old").set({"gone_at": now})
    client.document("tokens/new").set({"gone_at": now + timedelta(seconds=1)})
    client.document("tokens/odd").set({"gone_at": "yesterday"})
    assert strict.sweep_ttl() == 2
    assert [found.id for found in client.collection("tokens").stream()] == ["new", "odd"]
    assert other.document("tokens/old").get().exists


def test_the_sweep_leaves_what_a_transaction_holds(strict: Engine, clock: SimClock) -> None:
    raw = Raw(strict)
    raw.client.document("tokens/old").set({"gone_at": clock.now()})
    request = {
        "database": raw.database,
        "documents": [raw.client.document("tokens/old")._document_path],
        "new_transaction": {"read_write": {}},
    }
    held = next(iter(raw.api.batch_get_documents(request=request))).transaction
    assert strict.sweep_ttl() == 0
    raw.rollback(held)
    assert strict.sweep_ttl() == 1


def test_the_sweep_leaves_what_a_transaction_has_counted(strict: Engine, clock: SimClock) -> None:
    raw = Raw(strict)
    raw.client.document("tokens/old").set({"gone_at": clock.now()})
    transaction = raw.client.transaction()
    transaction._begin()
    tokens = raw.client.collection("tokens")
    assert tokens.count().get(transaction=transaction)[0][0].value == 1
    assert strict.sweep_ttl() == 0
    transaction._rollback()
    assert strict.sweep_ttl() == 1
