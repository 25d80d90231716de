"""The task queue port over Google's Cloud Tasks client."""

import json
from collections.abc import Mapping

import grpc
from google.api_core import exceptions, retry
from google.api_core.gapic_v1.client_info import ClientInfo
from google.cloud.tasks_v2 import CloudTasksClient
from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksGrpcTransport
from google.cloud.tasks_v2.types import CreateTaskRequest

from services.adapters import round_trips
from services.domain.schedule import Appointment
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


def connect(function: str, emulator_host: str) -> CloudTasksClient:
    """A client that names `function` in its user agent; an emulator where one is named."""
    info = ClientInfo(user_agent=f"moca-{function}")
    if not emulator_host:
        return CloudTasksClient(client_info=info)
    channel = grpc.insecure_channel(emulator_host)
    return CloudTasksClient(transport=CloudTasksGrpcTransport(channel=channel, client_info=info))


class CloudTaskQueue:
    """One queue, whose tasks call one function with a token of our service account."""

    def __init__(self, client: CloudTasksClient, queue: str, url: str, account: str) -> None:
        self._client = client
        self._queue = queue
        self._url = url
        self._account = account

    def ensure(self, appointment: Appointment, body: Mapping[str, str]) -> None:
        """A task of that name exists or existed when this returns.

        Raises `Unavailable` when the queue does not say so in time.
        """
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
        round_trips.one()
        try:
            self._client.create_task(
                request=CreateTaskRequest.wrap(request), retry=_AGAIN, timeout=DEADLINE_SECONDS
            )
        except exceptions.AlreadyExists:
            return
        except (exceptions.GoogleAPICallError, exceptions.RetryError) as error:
            raise Unavailable(f"Cloud Tasks did not take a task: {error}") from error
