"""What each function cost, over Firestore and Cloud Tasks together."""

from collections.abc import Mapping
from typing import Any

#: Those who look without being part of what is looked at.
WATCHERS = frozenset({"phone", "local"})
_NOTHING = {"round_trips": 0, "reads": 0, "writes": 0, "deletes": 0, "listens": 0, "rpcs": {}}


def by_function(firestore: Mapping[str, Any], tasks: Mapping[str, Any]) -> dict[str, Any]:
    """Per caller: Firestore's `round_trips`, `reads`, `writes`, …, and the `tasks` it created."""
    callers: Mapping[str, Any] = tasks["callers"]
    return {
        name: {
            **_NOTHING,
            **firestore.get(name, {}),
            "tasks": callers.get(name, {}).get("tasks", 0),
        }
        for name in sorted({*firestore, *callers} - WATCHERS)
    }
