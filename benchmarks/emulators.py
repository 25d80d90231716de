"""How fast the emulators are: what a test waits for must never be they.

The servers run in a process of their own, as load comes from this one; the engine's own figures
are taken without gRPC.
"""

import asyncio
import itertools
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
from google.cloud import firestore
from google.cloud.firestore_v1 import types

from benchmarks.measure import Figure, repeated, seconds
from emulators.clock import SimClock
from emulators.firestore import inprocess
from emulators.firestore.engine import Engine

PROJECT = "moca-bench"
DATABASE = f"projects/{PROJECT}/databases/(default)"
CALLS = 3000
DOCUMENTS = 4000

_numbers = itertools.count()


def figures() -> Iterator[Figure]:
    """Everything, one figure at a time."""
    with _served("benchmarks.floor_server") as host:
        yield _rate("floor: an empty grpc.aio handler", host, "Commit", 16)
    with _served("emulators.firestore", "--port", "0") as host:
        for method in ("Commit", "BatchGetDocuments"):
            for callers in (1, 16):
                yield _rate(f"{method} over gRPC", host, method, callers)
        yield from _client(host)
    yield from _in_process()
    yield from _queries()


@contextmanager
def _served(*program: str) -> Iterator[str]:
    command = [sys.executable, "-m", *program]
    root = Path(__file__).parents[1]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as server:  # noqa: S603 (ours)
        assert server.stdout is not None  # noqa: S101 (it is piped)
        try:
            yield server.stdout.readline().strip().partition("=")[2]
        finally:
            server.terminate()


def _rate(name: str, host: str, method: str, callers: int) -> Figure:
    """Ready-made bytes through asyncio: the server's speed, not the client library's."""
    request = _commit if method == "Commit" else _get
    return repeated(
        f"{name}, {callers} callers",
        "per second",
        lambda: asyncio.run(_load(host, method, request, callers)),
    )


async def _load(host: str, method: str, request: Callable[[], bytes], callers: int) -> float:
    async with grpc.aio.insecure_channel(host) as channel:
        path = f"/google.firestore.v1.Firestore/{method}"
        calls = CALLS if callers > 1 else CALLS // 3
        requests = iter([request() for _ in range(calls)])
        if method == "Commit":
            unary: Any = channel.unary_unary(path)

            async def call(body: bytes) -> object:
                return await unary(body)
        else:
            stream: Any = channel.unary_stream(path)

            async def call(body: bytes) -> object:
                return [answer async for answer in stream(body)]

        started = time.perf_counter()
        await asyncio.gather(*(_caller(requests, call) for _ in range(callers)))
        return calls / (time.perf_counter() - started)


async def _caller(requests: Iterator[bytes], call: Callable[[bytes], Awaitable[object]]) -> None:
    for body in requests:
        await call(body)


def _client(host: str) -> Iterator[Figure]:
    """Through Google's client, one thread."""
    os.environ["FIRESTORE_EMULATOR_HOST"] = host  # noqa: TID251 (a program; the client reads it)
    api = firestore.Client(project=PROJECT)
    count = 500

    def transaction() -> None:
        @firestore.transactional
        def work(within: firestore.Transaction) -> None:
            reference = api.document("counters/one")
            reference.get(transaction=within)
            within.set(reference, _fields())
            within.set(api.document(f"log/{next(_numbers)}"), _fields())

        work(api.transaction())

    for name, work in (
        ("set through the client", lambda: api.document(f"a/{next(_numbers)}").set(_fields())),
        ("get through the client", lambda: api.document("a/1").get()),
        ("transaction, 1 read and 2 writes", transaction),
    ):
        yield repeated(name, "per second", lambda w=work: count / seconds(lambda: _times(count, w)))  # type: ignore[misc]  # mypy cannot infer lambda defaults


def _in_process() -> Iterator[Figure]:
    engine = Engine(SimClock(datetime(2026, 1, 1, tzinfo=UTC)).now)
    channel = inprocess.channel(engine)
    unary = channel.unary_unary("/google.firestore.v1.Firestore/Commit", bytes, bytes)

    def commits() -> float:
        requests = [_commit() for _ in range(CALLS)]
        return seconds(lambda: [unary(request) for request in requests]) / CALLS * 1e6

    yield repeated("Commit in process, bytes to bytes", "µs", commits)
    client = inprocess.client(engine, PROJECT)

    def sets() -> float:
        return 500 / seconds(lambda: _times(500, lambda: client.document("a/b").set(_fields())))

    yield repeated("set through the client, in process", "per second", sets)


def _queries() -> Iterator[Figure]:
    engine = Engine(SimClock(datetime(2026, 1, 1, tzinfo=UTC)).now)
    client = inprocess.client(engine, PROJECT)
    for n in range(DOCUMENTS):
        client.document(f"people/{n}").set({"status": f"s{n % 100}", "age": n})
    by_status = client.collection("people").where(filter=_where("status", "==", "s7"))
    youngest = client.collection("people").order_by("age").limit(20)
    for name, query in (("one == filter", by_status), ("order by, limit 20", youngest)):
        yield repeated(
            f"{name} over {DOCUMENTS:,} documents, with the client",
            "ms",
            lambda q=query: seconds(lambda: _times(20, q.get)) / 20 * 1000,  # type: ignore[misc]  # mypy cannot infer lambda defaults
        )


def _where(field: str, op: str, value: object) -> Any:
    return firestore.FieldFilter(field, op, value)


def _times(count: int, work: Callable[[], object]) -> None:
    for _ in range(count):
        work()


def _fields() -> dict[str, object]:
    return {"text": "hello there", "status": "pending", "n": 7, "at": 1.5, "ok": True}


def _commit() -> bytes:
    name = f"{DATABASE}/documents/messages/{next(_numbers)}"
    fields = {key: _value(value) for key, value in _fields().items()}
    document = types.Document(name=name, fields=fields)
    return bytes(
        types.CommitRequest.serialize(
            types.CommitRequest(database=DATABASE, writes=[types.Write(update=document)])
        )
    )


def _get() -> bytes:
    names = [f"{DATABASE}/documents/messages/1"]
    request = types.BatchGetDocumentsRequest(database=DATABASE, documents=names)
    return bytes(types.BatchGetDocumentsRequest.serialize(request))


def _value(value: object) -> types.Value:
    kind = {str: "string_value", int: "integer_value", float: "double_value", bool: "boolean_value"}
    return types.Value(**{kind[type(value)]: value})
