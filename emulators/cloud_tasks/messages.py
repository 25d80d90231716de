"""The raw protobuf classes of Cloud Tasks; proto-plus is too slow to walk in a server."""

from typing import Any

from google.cloud.tasks_v2 import types

Task: Any = types.Task.pb()
Queue: Any = types.Queue.pb()
RetryConfig: Any = types.RetryConfig.pb()
HttpRequest: Any = types.HttpRequest.pb()

CreateQueueRequest: Any = types.CreateQueueRequest.pb()
UpdateQueueRequest: Any = types.UpdateQueueRequest.pb()
GetQueueRequest: Any = types.GetQueueRequest.pb()
ListQueuesRequest: Any = types.ListQueuesRequest.pb()
ListQueuesResponse: Any = types.ListQueuesResponse.pb()
DeleteQueueRequest: Any = types.DeleteQueueRequest.pb()
PurgeQueueRequest: Any = types.PurgeQueueRequest.pb()
PauseQueueRequest: Any = types.PauseQueueRequest.pb()
ResumeQueueRequest: Any = types.ResumeQueueRequest.pb()

CreateTaskRequest: Any = types.CreateTaskRequest.pb()
GetTaskRequest: Any = types.GetTaskRequest.pb()
ListTasksRequest: Any = types.ListTasksRequest.pb()
ListTasksResponse: Any = types.ListTasksResponse.pb()
DeleteTaskRequest: Any = types.DeleteTaskRequest.pb()
RunTaskRequest: Any = types.RunTaskRequest.pb()

_METHODS = HttpRequest.DESCRIPTOR.fields_by_name["http_method"].enum_type.values
HTTP_METHODS: dict[int, str] = {value.number: value.name for value in _METHODS}
