"""Firestore over gRPC: a thin asyncio layer between the wire and the engine."""

# gRPC's classes are generic only for the type checker.
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf.message import Message

from emulators.firestore.counts import caller_in
from emulators.firestore.engine import Engine
from emulators.firestore.listening import Listening
from emulators.firestore.owner import OwnerOnly
from emulators.firestore.rpcs import RPCS, SERVICE, Rpc, fail_before, outcome, parsed, start
from emulators.firestore.tickets import Ticket
from emulators.loop import LoopThread
from emulators.refused import Refused

if TYPE_CHECKING:
    Context = grpc.aio.ServicerContext[Any, Any]
    Method = grpc.RpcMethodHandler[Any, Any]

_OPTIONS = (
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    # Without this a second server would share the port, and the calls, without a word.
    ("grpc.so_reuseport", 0),
)


class FirestoreServer:
    """Serves an engine on a loopback port; `port=0` takes a free one.

    With `owner_only` it answers as one that keeps our rules does: nobody but the owner.
    """

    def __init__(
        self, engine: Engine, loop: LoopThread, port: int = 0, *, owner_only: bool = False
    ) -> None:
        self._engine = engine
        self._interceptors = [OwnerOnly()] if owner_only else []
        self._loop = loop
        self._wanted_port = port
        self._port = 0
        # The reference keeps the port open: a server that is collected closes it.
        self._server: grpc.aio.Server | None = None

    @property
    def address(self) -> str:
        """Host and port, once started."""
        return f"127.0.0.1:{self._port}"

    def start(self) -> None:
        """Take the port and serve; RuntimeError when it is taken."""
        self._loop.run(self._start())

    def stop(self) -> None:
        """End every open call and free the port; safe to call twice."""
        if self._server is not None:
            self._loop.run(self._server.stop(grace=None))
            self._server = None

    async def _start(self) -> None:
        server = grpc.aio.server(options=_OPTIONS, interceptors=self._interceptors)
        server.add_generic_rpc_handlers((_handlers(self._engine),))
        self._port = server.add_insecure_port(f"127.0.0.1:{self._wanted_port}")
        await server.start()
        self._server = server


def _handlers(engine: Engine) -> grpc.GenericRpcHandler:
    methods: dict[str, Method] = {rpc.name: _method(engine, rpc) for rpc in RPCS.values()}
    methods["Listen"] = grpc.stream_stream_rpc_method_handler(_listener(engine), None, _encoded)
    return grpc.method_handlers_generic_handler(SERVICE, methods)


def _method(engine: Engine, rpc: Rpc) -> Method:
    if rpc.streams:
        return grpc.unary_stream_rpc_method_handler(_streaming(engine, rpc), None, _encoded)
    return grpc.unary_unary_rpc_method_handler(_unary(engine, rpc), None, _encoded)


def _encoded(message: Message) -> bytes:
    return message.SerializeToString()


def _unary(engine: Engine, rpc: Rpc) -> Callable[[bytes, Context], Awaitable[Message]]:
    async def serve(request: bytes, context: Context) -> Message:
        return (await _answer(engine, rpc, request, context))[0]

    return serve


def _streaming(engine: Engine, rpc: Rpc) -> Callable[[bytes, Context], AsyncIterator[Message]]:
    async def serve(request: bytes, context: Context) -> AsyncIterator[Message]:
        for response in await _answer(engine, rpc, request, context):
            yield response

    return serve


def _listener(engine: Engine) -> Callable[[Any, Context], AsyncIterator[Message]]:
    async def serve(requests: Any, context: Context) -> AsyncIterator[Message]:
        caller = caller_in(context.invocation_metadata() or ())
        try:
            async for response in Listening(engine, caller).responses(requests):
                yield response
        except Refused as refused:
            await context.abort(refused.code, refused.message)

    return serve


async def _answer(engine: Engine, rpc: Rpc, payload: bytes, context: Context) -> list[Message]:
    caller = caller_in(context.invocation_metadata() or ())
    try:
        return await _call(engine, rpc, parsed(rpc.request, payload), caller)
    except Refused as refused:
        await context.abort(refused.code, refused.message)
        raise  # never reached: abort raises, but is not typed to


async def _call(engine: Engine, rpc: Rpc, request: Message, caller: str) -> list[Message]:
    engine.counts.rpc(caller, rpc.name)
    fault = engine.faults.take(rpc.name, caller)
    if fault is not None:
        await asyncio.sleep(fault.delay_seconds)
        fail_before(engine, rpc, request, fault)
    ticket = start(engine, rpc, request, caller)
    if not ticket.done:
        await _done(engine, ticket)
    responses = outcome(rpc, ticket)
    if fault is not None:
        fault.raise_after()
    return responses


async def _done(engine: Engine, ticket: Ticket[Any]) -> None:
    """Wait for the ticket, as long as the caller waits and no longer than the lock wait."""
    loop = asyncio.get_running_loop()
    woken = asyncio.Event()

    def wake() -> None:
        loop.call_soon_threadsafe(woken.set)

    engine.when_done(ticket, wake)
    try:
        await asyncio.wait_for(woken.wait(), engine.lock_wait_seconds)
    except TimeoutError:
        engine.give_up(ticket)
    except asyncio.CancelledError:
        engine.cancel(ticket)
        raise
