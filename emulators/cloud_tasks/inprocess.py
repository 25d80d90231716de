"""The unmodified clients on the engine itself: no socket, no thread, no serialisation skipped."""

from collections.abc import Callable
from typing import Any

import grpc
from google.api_core.gapic_v1.client_info import ClientInfo
from google.cloud.tasks_v2 import CloudTasksClient
from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksGrpcTransport

from emulators.cloud_tasks import rpc
from emulators.cloud_tasks.engine import TasksEngine
from emulators.cloud_tasks.unary import Service
from emulators.refused import Refused

Hook = Callable[[str], None]


def channel(engine: TasksEngine, before: Hook | None = None, after: Hook | None = None) -> Any:
    """A channel to one engine.

    `before(method)` runs before the call and may raise in its stead; `after(method)` runs once it
    took effect and may raise in place of the answer. Both may raise `Refused`, which the client
    sees as that status, or any other exception, which the client lets through.
    """
    return InProcessChannel(rpc.service(engine), before, after)


def client(
    engine: TasksEngine,
    caller: str = "other",
    before: Hook | None = None,
    after: Hook | None = None,
) -> CloudTasksClient:
    """Google's own client over `channel`, counted under `caller`."""
    transport = CloudTasksGrpcTransport(
        channel=channel(engine, before, after),
        client_info=ClientInfo(user_agent=f"moca-{caller}"),
    )
    return CloudTasksClient(transport=transport)


class InProcessChannel(grpc.Channel):
    """Unary calls of one service, answered on the calling thread."""

    def __init__(self, service: Service, before: Hook | None, after: Hook | None) -> None:
        self._service, self._before, self._after = service, before, after

    def unary_unary(  # type: ignore[override] # the stubs leave out what the generated code passes
        self,
        method: str,
        request_serializer: Callable[[Any], bytes] | None = None,
        response_deserializer: Callable[[bytes], Any] | None = None,
        _registered_method: bool | None = False,
    ) -> "_Call":
        """The callable behind one method of a client."""
        assert request_serializer is not None  # noqa: S101 (generated clients always pass both)
        assert response_deserializer is not None  # noqa: S101 (as above)
        return _Call(self, method.rpartition("/")[2], request_serializer, response_deserializer)

    def answer(self, method: str, payload: bytes, metadata: Any) -> bytes:
        """One call with its hooks; a refusal leaves as the error that gRPC would raise."""
        try:
            if self._before is not None:
                self._before(method)
            answered = self._service.call(method, payload, list(metadata or ()))
            if self._after is not None:
                self._after(method)
        except Refused as refused:
            raise InProcessError(refused) from refused
        return answered

    def close(self) -> None:
        """Nothing is held."""

    def subscribe(self, callback: Any, try_to_connect: bool | None = False) -> None:
        """There is no connection whose state could change."""

    def unsubscribe(self, callback: Any) -> None:
        """There is no connection whose state could change."""

    def unary_stream(self, *_: Any, **__: Any) -> Any:
        """Not part of these services."""
        raise NotImplementedError

    def stream_unary(self, *_: Any, **__: Any) -> Any:
        """Not part of these services."""
        raise NotImplementedError

    def stream_stream(self, *_: Any, **__: Any) -> Any:
        """Not part of these services."""
        raise NotImplementedError

    def __enter__(self) -> "InProcessChannel":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class InProcessError(grpc.RpcError):
    """What a real channel raises: an error that is also the call."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.message)
        self._refused = refused

    def code(self) -> grpc.StatusCode:
        """The status."""
        return self._refused.code

    def details(self) -> str:
        """The message."""
        return self._refused.message

    def trailing_metadata(self) -> tuple[()]:
        """None is sent."""
        return ()

    def result(self) -> Any:
        """Raise: there is none."""
        raise self


class _Answered:
    """The call beside an answer, as interceptors look at it; and a future that has ended."""

    def __init__(self, answer: Any = None) -> None:
        self._answer = answer

    def result(self) -> Any:
        return self._answer

    def code(self) -> grpc.StatusCode:
        return grpc.StatusCode.OK

    def details(self) -> str:
        return ""

    def trailing_metadata(self) -> tuple[()]:
        return ()

    def initial_metadata(self) -> tuple[()]:
        return ()


class _Call:
    def __init__(
        self,
        channel: InProcessChannel,
        method: str,
        serialise: Callable[[Any], bytes],
        parse: Callable[[bytes], Any],
    ) -> None:
        self._channel, self._method = channel, method
        self._serialise, self._parse = serialise, parse

    def __call__(self, request: Any, *_: Any, metadata: Any = None, **__: Any) -> Any:
        payload = self._serialise(request)
        return self._parse(self._channel.answer(self._method, payload, metadata))

    def with_call(self, request: Any, *_: Any, metadata: Any = None, **__: Any) -> Any:
        return self(request, metadata=metadata), _Answered()

    def future(self, request: Any, *_: Any, metadata: Any = None, **__: Any) -> Any:
        """A call that has ended when it is begun."""
        try:
            return _Answered(self(request, metadata=metadata))
        except InProcessError as error:
            return error
