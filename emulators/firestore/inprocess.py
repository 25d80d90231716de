"""The engine behind a `grpc.Channel` without a socket: real clients, no port, no other thread."""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import grpc
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import Client
from google.cloud.firestore_v1.services.firestore import FirestoreClient
from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcTransport
from google.protobuf.message import Message

from emulators.firestore.counts import caller_in
from emulators.firestore.engine import Engine
from emulators.firestore.finished import CallError, Finished, FinishedStream
from emulators.firestore.rpcs import RPCS, Rpc, fail_before, outcome, parsed, start
from emulators.firestore.tickets import Ticket
from emulators.refused import Refused

Wait = Callable[[Ticket[Any]], None]
Hook = Callable[[str], None]
Encode = Callable[[Any], bytes]
Decode = Callable[[bytes], Any]
Metadata = Iterable[tuple[str, str | bytes]]


@dataclass(slots=True)
class Hooks:
    """Where a simulator takes part in each call.

    `before` and `after` get the method's name (`Commit`); either may switch to another runner, or
    raise `Refused`: before the effect, or after it. `wait` returns once the ticket is done.
    `pause` sleeps so many seconds: a fault's delay.
    """

    wait: Wait
    before: Hook = field(default=lambda _: None)
    after: Hook = field(default=lambda _: None)
    pause: Callable[[float], None] = time.sleep


def channel(engine: Engine, hooks: Hooks | None = None, caller: str = "") -> grpc.Channel:
    """A channel whose calls are answered by the engine, on the calling thread.

    Args:
        engine: who answers.
        hooks: where a simulator takes part.
        caller: whose calls these are in `engine.counts`; by default the client's metadata says.
    """
    return _Channel(engine, hooks or Hooks(wait=waiting(engine)), caller)


def client(
    engine: Engine,
    project: str,
    database: str = "(default)",
    *,
    hooks: Hooks | None = None,
    caller: str = "",
) -> Client:
    """The real Firestore client over `channel`."""
    made = Client(project=project, database=database, credentials=AnonymousCredentials())
    transport = FirestoreGrpcTransport(channel=channel(engine, hooks, caller))
    # The client offers no way to pass a transport in.
    made._firestore_api_internal = FirestoreClient(transport=transport)  # noqa: SLF001 (see above)
    return made


def waiting(engine: Engine) -> Wait:
    """The wait of ordinary threads: until the ticket is done or the lock wait is over."""

    def wait(ticket: Ticket[Any]) -> None:
        woken = threading.Event()
        engine.when_done(ticket, woken.set)
        if not woken.wait(engine.lock_wait_seconds):
            engine.give_up(ticket)

    return wait


if TYPE_CHECKING:
    UnaryCallable = grpc.UnaryUnaryMultiCallable[Any, Any]
    StreamCallable = grpc.UnaryStreamMultiCallable[Any, Any]
else:  # gRPC's classes are generic only for the type checker
    UnaryCallable = grpc.UnaryUnaryMultiCallable
    StreamCallable = grpc.UnaryStreamMultiCallable


class _Calls:
    """Answers one method's calls on the thread that makes them."""

    def __init__(self, engine: Engine, rpc: Rpc, hooks: Hooks, caller: str) -> None:
        self._engine = engine
        self._rpc = rpc
        self._hooks = hooks
        self._caller = caller

    def answer(self, encoded: bytes, metadata: Metadata | None) -> list[Message]:
        """The responses; the request comes encoded, so that nothing is shared with the caller."""
        try:
            return self._answer(encoded, metadata or ())
        except Refused as refused:
            raise CallError(refused) from refused

    def _answer(self, encoded: bytes, metadata: Metadata) -> list[Message]:
        engine, rpc = self._engine, self._rpc
        caller = self._caller or caller_in(metadata)
        request = parsed(rpc.request, encoded)
        self._hooks.before(rpc.name)
        engine.counts.rpc(caller, rpc.name)
        fault = engine.faults.take(rpc.name, caller)
        if fault is not None:
            self._hooks.pause(fault.delay_seconds)
            fail_before(engine, rpc, request, fault)
        ticket = start(engine, rpc, request, caller)
        if not ticket.done:
            self._hooks.wait(ticket)
        responses = outcome(rpc, ticket)
        if fault is not None:
            fault.raise_after()
        self._hooks.after(rpc.name)
        return responses


class _Unary(UnaryCallable):
    def __init__(self, calls: _Calls, serialize: Encode, deserialize: Decode) -> None:
        self._calls = calls
        self._serialize = serialize
        self._deserialize = deserialize

    def __call__(self, request: Any, *_: Any, **options: Any) -> Any:
        return self.with_call(request, **options)[0]

    def with_call(self, request: Any, *_: Any, **options: Any) -> tuple[Any, grpc.Call]:
        responses = self._calls.answer(self._serialize(request), options.get("metadata"))
        return self._deserialize(responses[0].SerializeToString()), Finished()

    def future(self, request: Any, *_: Any, **options: Any) -> Any:
        raise NotImplementedError("calls in process are answered on the calling thread")


class _Stream(StreamCallable):
    def __init__(self, calls: _Calls, serialize: Encode, deserialize: Decode) -> None:
        self._calls = calls
        self._serialize = serialize
        self._deserialize = deserialize

    def __call__(self, request: Any, *_: Any, **options: Any) -> Any:
        responses = self._calls.answer(self._serialize(request), options.get("metadata"))
        return FinishedStream(
            self._deserialize(response.SerializeToString()) for response in responses
        )


class _Channel(grpc.Channel):
    def __init__(self, engine: Engine, hooks: Hooks, caller: str) -> None:
        self._engine = engine
        self._hooks = hooks
        self._caller = caller

    def unary_unary(self, method: str, *codec: Any, **options: Any) -> Any:
        return self._callable(_Unary, method, *codec, **options)

    def unary_stream(self, method: str, *codec: Any, **options: Any) -> Any:
        return self._callable(_Stream, method, *codec, **options)

    def stream_unary(self, method: str, *_: Any, **__: Any) -> Any:
        return _unsupported(method)

    def stream_stream(self, method: str, *_: Any, **__: Any) -> Any:
        return _unsupported(method)

    def subscribe(self, callback: Any, try_to_connect: bool | None = False) -> None:
        """There is no connection whose state could change."""

    def unsubscribe(self, callback: Any) -> None:
        """There is no connection whose state could change."""

    def close(self) -> None:
        """There is nothing to close: the engine belongs to whoever made it."""

    def __enter__(self) -> "_Channel":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _callable(
        self,
        kind: type[_Unary | _Stream],
        method: str,
        request_serializer: Encode,
        response_deserializer: Decode,
        *_: Any,
        **__: Any,
    ) -> Any:
        rpc = RPCS.get(method.rpartition("/")[2])
        if rpc is None:
            return _unsupported(method)
        calls = _Calls(self._engine, rpc, self._hooks, self._caller)
        return kind(calls, request_serializer, response_deserializer)


def _unsupported(method: str) -> Callable[..., Any]:
    def call(*_: Any, **__: Any) -> Any:
        message = f"{method} is not served in process; Listen is, by the gRPC server."
        raise CallError(Refused(grpc.StatusCode.UNIMPLEMENTED, message))

    return call
