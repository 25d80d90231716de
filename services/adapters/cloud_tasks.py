"""The task queue port over Google's Cloud Tasks client."""

import functools
import json
from collections.abc import Callable, Mapping
from typing import Any

import grpc
from google.api_core import exceptions, retry
from google.api_core.gapic_v1 import routing_header
from google.api_core.gapic_v1.client_info import ClientInfo
from google.cloud.tasks_v2 import CloudTasksClient
from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksGrpcTransport
from google.cloud.tasks_v2.types import CreateTaskRequest

from services import round_trips
from services.domain.schedule import TaskSpec
from services.errors import Unavailable

#: Seconds for creating one task, tries included.
DEADLINE_SECONDS = 4.0
#: Seconds that a function may take before Cloud Tasks calls again: just over the functions' limit.
DISPATCH_SECONDS = 180

#: The client does not retry this call by itself. A named task makes it safe to.
_AGAIN = retry.Retry(
    predicate=retry.if_exception_type(
        exceptions.ServiceUnavailable, exceptions.DeadlineExceeded, exceptions.InternalServerError
    ),
    initial=0.05,
    maximum=0.5,
    timeout=DEADLINE_SECONDS,
)


#: Another try may help with these at once.
_PASSING = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INTERNAL)


def caller(function: str) -> ClientInfo:
    """How a function names itself to Google."""
    return ClientInfo(user_agent=f"moca-{function}")


def connect(info: ClientInfo, emulator_host: str) -> CloudTasksClient:
    """A client that names its caller; an emulator where one is named."""
    if not emulator_host:
        return CloudTasksClient(client_info=info)
    channel = grpc.insecure_channel(emulator_host)
    return CloudTasksClient(transport=CloudTasksGrpcTransport(channel=channel, client_info=info))


class CloudTaskQueue:
    """One queue, whose tasks call one function with a token of our service account."""

    def __init__(
        self, client: CloudTasksClient, info: ClientInfo, queue: str, url: str, account: str
    ) -> None:
        self._client = client
        self._metadata = (
            info.to_grpc_metadata(),
            routing_header.to_grpc_metadata((("parent", queue),)),
        )
        self._queue = queue
        self._url = url
        self._account = account

    def ensure(self, appointment: TaskSpec, body: Mapping[str, str]) -> None:
        """A task of that name exists or existed when this returns.

        Raises `Unavailable` when the queue does not say so in time.
        """
        request = self._request(appointment, body)
        round_trips.one()
        try:
            self._client.create_task(request=request, retry=_AGAIN, timeout=DEADLINE_SECONDS)
        except exceptions.AlreadyExists:
            return
        except (exceptions.GoogleAPICallError, exceptions.RetryError) as error:
            raise _not_taken(error) from error

    def begin(self, appointment: TaskSpec, body: Mapping[str, str]) -> Callable[[], None]:
        """`ensure`, only begun: what it answers waits for the end, and raises likewise.

        By a future of the client's transport: a thread for it costs a tenth of a webhook's
        processor time (docs/performance.md, Profile). A second try is the client's own again.
        """
        round_trips.one()
        stub = self._client.transport.create_task
        call = stub.future(  # type: ignore[attr-defined] # over gRPC it has futures
            self._request(appointment, body), timeout=DEADLINE_SECONDS, metadata=self._metadata
        )
        return functools.partial(self._ended, call, appointment, body)

    def _ended(self, call: Any, appointment: TaskSpec, body: Mapping[str, str]) -> None:
        try:
            call.result()
        except grpc.RpcError as error:
            known = exceptions.from_grpc_error(error)
            if isinstance(known, exceptions.AlreadyExists):
                return
            if known.grpc_status_code not in _PASSING:
                raise _not_taken(known) from error
            self.ensure(appointment, body)

    def _request(self, appointment: TaskSpec, body: Mapping[str, str]) -> CreateTaskRequest:
        request = CreateTaskRequest.pb()(parent=self._queue)
        task = request.task
        task.name = f"{self._queue}/tasks/{appointment.name}"
        task.schedule_time.FromDatetime(appointment.at)
        task.dispatch_deadline.seconds = DISPATCH_SECONDS
        task.http_request.url = self._url
        task.http_request.http_method = 1  # POST
        task.http_request.headers["Content-Type"] = "application/json"
        task.http_request.body = json.dumps(dict(body)).encode()
        task.http_request.oidc_token.service_account_email = self._account
        task.http_request.oidc_token.audience = self._url
        wrapped: CreateTaskRequest = CreateTaskRequest.wrap(request)
        return wrapped


def _not_taken(error: Exception) -> Unavailable:
    return Unavailable(f"Cloud Tasks did not take a task: {error}")
