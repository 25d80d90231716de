"""Nothing that a client sends crashes the server or leaves half a commit."""

from typing import Any

import grpc
import pytest
from google.cloud.firestore import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulators.firestore import inprocess, messages
from emulators.firestore.engine import Engine
from emulators.firestore.rpcs import RPCS, SERVICE, outcome, start
from emulators.refused import Refused

DATABASE = "projects/moca-local/databases/(default)"
ROOT = f"{DATABASE}/documents"


def _refusal(engine: Engine, method: str, request: Any) -> Refused:
    with pytest.raises(Refused) as raised:
        outcome(RPCS[method], start(engine, RPCS[method], request, "test"))
    return raised.value


def _query(**fields: Any) -> Any:
    return messages.RunQueryRequest(parent=ROOT, structured_query=fields)


WRONG = [
    ("Commit", messages.CommitRequest()),
    ("Commit", messages.CommitRequest(database=DATABASE, writes=[{}])),
    ("Commit", messages.CommitRequest(database=DATABASE, writes=[{"delete": "x"}])),
    ("Commit", messages.CommitRequest(database=DATABASE, writes=[{"delete": f"{ROOT}/c"}])),
    ("Commit", messages.CommitRequest(database=DATABASE, transaction=b"?")),
    ("Commit", messages.CommitRequest(
        database="projects/moca-local/databases/x", writes=[{"delete": f"{ROOT}/c/a"}])),
    ("BeginTransaction", messages.BeginTransactionRequest(database="x")),
    ("GetDocument", messages.GetDocumentRequest(name=ROOT)),
    ("GetDocument", messages.GetDocumentRequest(name=f"{ROOT}/c/a", transaction=b"?")),
    ("BatchGetDocuments", messages.BatchGetDocumentsRequest(database=DATABASE, documents=["x"])),
    ("RunQuery", messages.RunQueryRequest(parent="x")),
    ("RunQuery", _query(limit={"value": -1})),
    ("RunQuery", messages.RunQueryRequest(parent=ROOT, structured_query={}, transaction=b"?")),
    ("ListDocuments", messages.ListDocumentsRequest(
        parent=ROOT, collection_id="c", page_token="?")),
    ("ListDocuments", messages.ListDocumentsRequest(
        parent=ROOT, collection_id="c", page_token="9" * 5000)),
    ("ListDocuments", messages.ListDocumentsRequest(
        parent=ROOT, collection_id="c", order_by="a up")),
    ("CreateDocument", messages.CreateDocumentRequest(parent=ROOT, collection_id="a/b")),
    ("BatchWrite", messages.BatchWriteRequest(
        database=DATABASE, writes=[{"delete": f"{ROOT}/c/a"}] * 2)),
    ("PartitionQuery", messages.PartitionQueryRequest(parent=ROOT)),
]  # fmt: skip


@pytest.mark.parametrize(("method", "request_"), WRONG)
def test_what_is_malformed_is_named_as_invalid(engine: Engine, method: str, request_: Any) -> None:
    refused = _refusal(engine, method, request_)
    assert refused.code is grpc.StatusCode.INVALID_ARGUMENT
    assert len(refused.message) > 10


TEXTS = [
    "",
    "a",
    "c",
    "n",
    "a.b",
    "`",
    "__name__",
    "__x__",
    ROOT,
    DATABASE,
    f"{ROOT}/c",
    f"{ROOT}/c/a",
]
NUMBERS = [0, 1, 2, 3, 5, 8, 9, -1, 2**31 - 1]


def _scribble(message: Any, random: Any, depth: int = 0) -> None:
    """Fill some of the message's fields with plausible nonsense."""
    for field in message.DESCRIPTOR.fields:
        if depth > 6 or random.random() < 0.5:
            continue
        name = field.name
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            _scribble_map(getattr(message, name), field, random, depth)
        elif field.message_type is not None:
            inner = getattr(message, name)
            _scribble(inner.add() if field.is_repeated else inner, random, depth + 1)
        elif field.is_repeated:
            getattr(message, name).append(_scalar(field, random))
        else:
            setattr(message, name, _scalar(field, random))


def _scribble_map(held: Any, field: Any, random: Any, depth: int) -> None:
    if field.message_type.fields_by_name["value"].message_type is not None:
        _scribble(held[random.choice(TEXTS)], random, depth + 1)


def _scalar(field: Any, random: Any) -> Any:
    if field.cpp_type == field.CPPTYPE_STRING:
        text = random.choice(TEXTS)
        return text.encode() if field.type == field.TYPE_BYTES else text
    if field.cpp_type in (field.CPPTYPE_DOUBLE, field.CPPTYPE_FLOAT):
        return random.choice([0.0, -1.5, float("nan"), float("inf")])
    if field.cpp_type == field.CPPTYPE_BOOL:
        return random.random() < 0.5
    if field.cpp_type == field.CPPTYPE_ENUM:
        return random.choice([*field.enum_type.values_by_number, 99])
    return random.choice(NUMBERS[:5] if "32" in str(field.type) else NUMBERS)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(method=st.sampled_from(sorted(RPCS)), random=st.randoms(use_true_random=False))
def test_nonsense_never_ends_in_a_fault_of_ours(engine: Engine, method: str, random: Any) -> None:
    request = RPCS[method].request()
    _scribble(request, random)
    for anchor, value in (("database", DATABASE), ("parent", ROOT)):
        if anchor in request.DESCRIPTOR.fields_by_name:
            setattr(request, anchor, value)
    ticket = start(engine, RPCS[method], request, "test")
    engine.give_up(ticket)
    try:
        outcome(RPCS[method], ticket)
    except Refused as refused:
        assert refused.code is not grpc.StatusCode.INTERNAL, refused.message  # noqa: PT017 (most succeed)


def _sent(address: str, method: str, payload: bytes) -> grpc.StatusCode:
    with grpc.insecure_channel(address) as channel:
        call: Any = channel.stream_stream(f"/{SERVICE}/{method}")
        with pytest.raises(grpc.RpcError) as raised:
            list(call(iter([payload]), timeout=5))
        code: grpc.StatusCode = raised.value.code()
        return code


@pytest.mark.parametrize(
    ("method", "payload"),
    [("Commit", b"\xff"), ("RunQuery", b"\xff"), ("Listen", b"\xff"), ("Listen", b"")],
)
def test_bytes_that_are_no_request_are_refused(
    remote: Client, address: str, method: str, payload: bytes
) -> None:
    assert _sent(address, method, payload) is grpc.StatusCode.INVALID_ARGUMENT
    remote.document("c/a").set({})


@pytest.mark.parametrize("depth", [21, 60])
def test_too_deep_a_document_is_refused_however_deep(
    engine: Engine, address: str, depth: int
) -> None:
    commit = messages.CommitRequest(database=DATABASE)
    commit.writes.add().update.name = f"{ROOT}/c/a"
    value = commit.writes[0].update.fields["a"]
    for _ in range(depth):
        value = value.map_value.fields["a"]
    value.null_value = 0
    assert _sent(address, "Commit", commit.SerializeToString()) is grpc.StatusCode.INVALID_ARGUMENT
    assert engine.history.get(f"{ROOT}/c/a") is None


@pytest.mark.parametrize("letter", ["x", "ä"])
def test_a_refusal_that_names_something_endless_still_arrives(
    engine: Engine, address: str, letter: str
) -> None:
    request = messages.GetDocumentRequest(name=f"{ROOT}/{letter * 20_000}")
    code = _sent(address, "GetDocument", request.SerializeToString())
    assert code is grpc.StatusCode.INVALID_ARGUMENT


def test_the_write_stream_is_not_implemented(address: str, engine: Engine) -> None:
    with grpc.insecure_channel(address) as channel:
        call: Any = channel.stream_stream(f"/{SERVICE}/Write")
        with pytest.raises(grpc.RpcError) as raised:
            next(call(iter([b""]), timeout=5))
    assert raised.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_a_simulator_can_fail_a_call_before_and_after_its_effect(engine: Engine) -> None:
    def fail(method: str) -> None:
        if method == "Commit":
            raise Refused(grpc.StatusCode.ABORTED, "by the simulator")

    wait = inprocess.waiting(engine)
    before = inprocess.client(engine, "moca-local", hooks=inprocess.Hooks(wait, before=fail))
    after = inprocess.client(engine, "moca-local", hooks=inprocess.Hooks(wait, after=fail))
    for client, name in ((before, "a"), (after, "b")):
        with pytest.raises(Exception, match="by the simulator"):
            client.document(f"c/{name}").set({})
    assert [found.id for found in before.collection("c").stream()] == ["b"]


def test_absurd_numbers_cost_no_time(engine: Engine) -> None:
    request = messages.PartitionQueryRequest(parent=ROOT, partition_count=2**40)
    request.structured_query.from_.add(collection_id="c", all_descendants=True)
    order = request.structured_query.order_by.add(direction=1)
    order.field.field_path = "__name__"
    ticket = start(engine, RPCS["PartitionQuery"], request, "test")
    assert len(outcome(RPCS["PartitionQuery"], ticket)) == 1
