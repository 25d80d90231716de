"""Cloud Tasks and Secret Manager on one gRPC port of this machine."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import grpc

from emulators.cloud_tasks import rpc
from emulators.cloud_tasks.engine import TasksEngine
from emulators.cloud_tasks.unary import Service
from emulators.loop import LoopThread
from emulators.refused import Refused
from emulators.secret_manager.engine import SecretsEngine
from emulators.secret_manager.rpc import service as secrets_service

_OPTIONS = (
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.so_reuseport", 0),  # otherwise a second emulator silently shares the port
)


class TasksServer:
    """Serves both engines on loopback, on the loop that all gRPC emulators share."""

    def __init__(
        self, engine: TasksEngine, secrets: SecretsEngine, loop: LoopThread, port: int = 0
    ) -> None:
        self._services = (rpc.service(engine), secrets_service(secrets))
        self._loop, self._port = loop, port
        self._server: Any = None

    @property
    def address(self) -> str:
        """`127.0.0.1:port`, known once started."""
        return f"127.0.0.1:{self._port}"

    def start(self) -> "TasksServer":
        """Begin to answer; RuntimeError if the port is taken."""
        self._loop.run(self._start())
        return self

    def stop(self) -> None:
        """Refuse new calls, end those under way, free the port; safe to call twice."""
        if self._server is not None:
            self._loop.run(self._server.stop(None))
            self._server = None

    async def _start(self) -> None:
        self._server = grpc.aio.server(options=_OPTIONS)
        self._server.add_generic_rpc_handlers([_handler(service) for service in self._services])
        self._port = self._server.add_insecure_port(f"127.0.0.1:{self._port}")
        await self._server.start()


def _handler(service: Service) -> grpc.GenericRpcHandler:
    handlers: dict[str, Any] = {
        method: grpc.unary_unary_rpc_method_handler(_answering(service, method))
        for method in service.methods
    }
    return grpc.method_handlers_generic_handler(service.name, handlers)


def _answering(service: Service, method: str) -> Callable[[bytes, Any], Awaitable[bytes]]:
    async def answer(payload: bytes, context: Any) -> bytes:
        try:
            return service.call(method, payload, _metadata(context.invocation_metadata()))
        except Refused as refused:
            await context.abort(refused.code, refused.message)
            raise

    return answer


def _metadata(pairs: Iterable[Any] | None) -> list[tuple[str, str | bytes]]:
    return [(key, value) for key, value in pairs or ()]
