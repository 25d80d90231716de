"""What an instance imports while it starts, so that its first request does not wait for it.

While it starts the platform gives an instance the most CPU, and sends nothing to it before it
listens (Cloud Run documentation, Startup CPU boost). Importing is all: clients are made at the
first request, because a connection that was opened before the server's fork is not the worker's.
"""

from collections.abc import Sequence

_STORE = ("services.adapters.firestore.connect", "services.adapters.firestore.documents")
_QUEUE = ("services.adapters.cloud_tasks",)
_GRAPH = ("services.adapters.instagram", "services.adapters.secrets")

#: Function → the modules that its requests need beyond its edge.
MODULES: dict[str, Sequence[str]] = {
    "webhook": (*_STORE, *_QUEUE, "services.ingest", "services.echoes"),
    "process_thread": (
        *_STORE,
        *_QUEUE,
        *_GRAPH,
        "services.adapters.gemini",
        "services.turn",
        "services.agent",
        "tools",
    ),
    "deliver": (*_STORE, *_QUEUE, *_GRAPH, "services.delivery"),
    "sweep": (*_STORE, *_QUEUE, "services.sweep"),
    "internal_api": (*_STORE, *_QUEUE),
    "privacy": _STORE,
    "back_office": (*_STORE, *_QUEUE),
}
