"""Stands between the functions and another Firestore emulator, which knows only its own machine.

A commit that asks for the server's time is told the local run's, which tests and the demo move; and
calls are counted, failed on demand and told of, as our own Firestore does. All else passes as it
came. Listeners are not relayed: no function has one.
"""

# gRPC's classes are generic only for the type checker.
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf.message import Message

from emulators.clock import SimClock
from emulators.firestore.counts import Counts, caller_in
from emulators.firestore.faults import Fault, Faults
from emulators.firestore.instants import Instants, to_timestamp
from emulators.firestore.messages import CommitRequest, RollbackRequest
from emulators.firestore.rpcs import RPCS, SERVICE, Rpc, parsed
from emulators.gateway import relayed
from emulators.loop import LoopThread
from emulators.refused import Refused

if TYPE_CHECKING:
    Context = grpc.aio.ServicerContext[Any, Any]
    Method = grpc.RpcMethodHandler[Any, Any]

Ask = Callable[[str, Message], Awaitable[list[bytes]]]

_OPTIONS = (("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1))
_PASSED_ON = {"authorization", "google-cloud-resource-prefix", "x-goog-request-params"}
"""What a caller says of itself to the service; the rest is between two ends of a connection."""


class Relay:
    """Serves on a free loopback port what the emulator at `host` answers."""

    def __init__(self, host: str, clock: SimClock, loop: LoopThread) -> None:
        self.counts = Counts()
        self.faults = Faults()
        self._host, self._clock, self._loop = host, clock, loop
        self._instants = Instants(clock.now)
        self._listeners: list[Callable[[], None]] = []
        self._port = 0
        self._server: grpc.aio.Server | None = None
        self._channel: Any = None

    @property
    def address(self) -> str:
        """Host and port, once started."""
        return f"127.0.0.1:{self._port}"

    def listen(self, listener: Callable[[], None]) -> None:
        """Have `listener` called, only to signal, after each commit that passed."""
        self._listeners.append(listener)

    def reset(self) -> None:
        """Forget every fault, count and instant."""
        self.faults.clear()
        self.counts.clear()
        self._instants = Instants(self._clock.now)

    def start(self) -> None:
        """Take a port and serve."""
        self._loop.run(self._start())

    def stop(self) -> None:
        """End every open call and free the port; safe to call twice."""
        if self._server is not None:
            self._loop.run(self._stop(self._server))
            self._server = None

    async def _start(self) -> None:
        self._channel = grpc.aio.insecure_channel(self._host, options=_OPTIONS)
        server = grpc.aio.server(options=_OPTIONS)
        methods: dict[str, Method] = {rpc.name: self._method(rpc) for rpc in RPCS.values()}
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, methods),))
        self._port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        self._server = server

    async def _stop(self, server: grpc.aio.Server) -> None:
        await server.stop(grace=None)
        await self._channel.close()

    def _method(self, rpc: Rpc) -> Method:
        async def one(payload: bytes, context: Context) -> bytes:
            return (await self._answer(rpc, payload, context))[0]

        async def several(payload: bytes, context: Context) -> AsyncIterator[bytes]:
            for response in await self._answer(rpc, payload, context):
                yield response

        if rpc.streams:
            return grpc.unary_stream_rpc_method_handler(several)
        return grpc.unary_unary_rpc_method_handler(one)

    async def _answer(self, rpc: Rpc, payload: bytes, context: Context) -> list[bytes]:
        try:
            return await self._relayed(rpc, payload, context)
        except grpc.aio.AioRpcError as error:
            await context.abort(error.code(), error.details() or "")
        except Refused as refused:
            await context.abort(refused.code, refused.message)
        raise AssertionError("abort raises, but is not typed to")

    async def _relayed(self, rpc: Rpc, payload: bytes, context: Context) -> list[bytes]:
        metadata = list(context.invocation_metadata() or ())
        kept = [(key, value) for key, value in metadata if key in _PASSED_ON]
        caller = caller_in(metadata)

        async def ask(name: str, request: Message) -> list[bytes]:
            # Over the wire an answer of one message is a stream of one.
            call = self._channel.unary_stream(f"/{SERVICE}/{name}")
            sent = call(
                request.SerializeToString(), metadata=kept, timeout=context.time_remaining()
            )
            return [response async for response in sent]

        request = parsed(rpc.request, payload)
        self.counts.rpc(caller, rpc.name)
        fault = self.faults.take(rpc.name, caller)
        if fault is not None:
            await _fail(fault, request, ask)
        if isinstance(request, CommitRequest):
            relayed.tell_time(request, to_timestamp(self._instants.next_commit()))
        responses = await ask(rpc.name, request)
        self.counts.add(caller, **relayed.usage(request, responses))
        if isinstance(request, CommitRequest):
            self._tell_listeners()
        if fault is not None:
            fault.raise_after()
        return responses

    def _tell_listeners(self) -> None:
        for listener in self._listeners:
            listener()


async def _fail(fault: Fault, request: Message, ask: Ask) -> None:
    """Fail as ordered, before any effect; an aborted commit ends its transaction all the same."""
    await asyncio.sleep(fault.delay_seconds)
    aborts = fault.code is grpc.StatusCode.ABORTED and not fault.apply
    if aborts and isinstance(request, CommitRequest) and request.transaction:
        ended = RollbackRequest(database=request.database, transaction=request.transaction)
        await ask("Rollback", ended)
    fault.raise_before()
