"""What each function cost, over Firestore and Cloud Tasks together."""

from collections.abc import Mapping
from typing import Any

from emulators.cloud_tasks.engine import TasksEngine
from emulators.firestore.engine import Engine

#: Those who look without being part of what is looked at.
WATCHERS = frozenset({"phone", "local"})
_NOTHING = {"round_trips": 0, "reads": 0, "writes": 0, "deletes": 0, "listens": 0, "rpcs": {}}


def by_function(firestore: Engine | None, tasks: TasksEngine) -> dict[str, Any]:
    """Per caller: Firestore's `round_trips`, `reads`, `writes`, …, and the `tasks` it created.

    Where the Firestore in use is not ours, nobody counts there, and nothing is said of it.
    """
    stored = firestore.counts.snapshot() if firestore is not None else {}
    nothing = _NOTHING if firestore is not None else {}
    callers: Mapping[str, Any] = tasks.counts.snapshot()["callers"]
    return {
        name: {**nothing, **stored.get(name, {}), "tasks": callers.get(name, {}).get("tasks", 0)}
        for name in sorted({*stored, *callers} - WATCHERS)
    }
