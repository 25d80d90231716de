"""functions-framework with the clients that an entry point needs, each as its documentation shows.

Which ones, the target's name says: `store`, `store_queue`, `store_queue_graph` and
`store_queue_graph_model`. A request builds them all and reads one document.
"""

import functools
import importlib
import os
from typing import Any

import grpc
from flask import Request

_ENVIRON = os.environ  # noqa: TID251 (a program of its own)
_MODULES = {
    "store": ("google.cloud.firestore",),
    "queue": ("google.cloud.tasks_v2",),
    "graph": ("google.cloud.secretmanager_v1", "httpx"),
    "model": ("google.genai",),
}
_NEEDED = _ENVIRON["FUNCTION_TARGET"].split("_")
_found = {name: importlib.import_module(name) for part in _NEEDED for name in _MODULES[part]}


def store(_request: Request) -> str:
    """Builds the clients at the first request, and reads a document."""
    _clients()[0].document("settings/default").get()
    return ""


store_queue = store_queue_graph = store_queue_graph_model = store


@functools.cache
def _clients() -> list[Any]:
    made: list[Any] = [_found["google.cloud.firestore"].Client(project="moca-local")]
    if "queue" in _NEEDED:
        made.append(_at_emulator(_found["google.cloud.tasks_v2"].CloudTasksClient))
    if "graph" in _NEEDED:
        secrets = _found["google.cloud.secretmanager_v1"].SecretManagerServiceClient
        made += [_at_emulator(secrets), _found["httpx"].Client(trust_env=False)]
    if "model" in _NEEDED:
        made.append(_found["google.genai"].Client(api_key="local"))
    return made


def _at_emulator(client: Any) -> Any:
    channel = grpc.insecure_channel(_ENVIRON["CLOUD_TASKS_EMULATOR_HOST"])
    return client(transport=client.get_transport_class("grpc")(channel=channel))
