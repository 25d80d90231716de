"""What an instance imports while it starts, so that its first request does not wait for it.

While it starts the platform gives an instance the most CPU, and sends nothing to it before it
listens (Cloud Run documentation, Startup CPU boost). Importing is all: clients are made at the
first request, because a connection that was opened before the server's fork is not the worker's.
"""

from collections.abc import Sequence

_STORE = ("services.adapters.firestore.connect", "services.adapters.firestore.documents")
_QUEUE = ("services.adapters.cloud_tasks",)
#: httpx imports its transport only when the first client is made.
_HTTP = ("httpx", "httpcore")
_GRAPH = ("services.adapters.instagram", "services.adapters.secrets", *_HTTP)

#: Function → the modules that its requests need beyond its edge.
MODULES: dict[str, Sequence[str]] = {
    "webhook": (*_STORE, *_QUEUE, "services.ingest.service", "services.ingest.echoes"),
    "process_thread": (
        *_STORE,
        *_QUEUE,
        *_GRAPH,
        "services.adapters.gemini",
        "services.adapters.patterns",
        "services.adapters.spond",
        "services.agent.agent",
        "tools",
        "services.adapters.media",
        "services.turns.turn",
        "services.agent.knowledge",
        "services.agent.attachments",
        "httpcore2",
    ),
    "deliver": (*_STORE, *_QUEUE, *_GRAPH, "services.outbox.delivery"),
    "sweep": (
        *_STORE,
        *_QUEUE,
        *_HTTP,
        "services.maintenance.sweep",
        "services.maintenance.manager_alerts",
        "services.adapters.whatsapp",
    ),
    "internal_api": (*_STORE, *_QUEUE, "services.contacts.linking"),
    "privacy": (*_STORE, "services.contacts.linking"),
    "back_office": (*_STORE, *_QUEUE),
}
