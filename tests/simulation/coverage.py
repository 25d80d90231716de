"""What a search must have met: every kind of fault and every crash point, none of them zero."""

from collections import Counter
from collections.abc import Iterator

from tests.simulation.faults import AFTER, BEFORE

#: Calls at which an instance can die, and whose failures are drawn.
CALLS = (
    "Firestore.BatchGetDocuments",
    "Firestore.RunQuery",
    "Firestore.Commit",
    "Firestore.Rollback",
    "Tasks.CreateTask",
    "Model.generate",
    "Graph.send",
)
_OTHERS = (
    "Mail redelivered",
    "Mail repeated",
    "Mail batched",
    "Mail echo never comes",
    "Tasks delivered twice",
    "Tasks answer lost",
    "Tasks lost",
    "Firestore waited for a lock",
    "Firestore gave up waiting for a lock",
    "Instance cold start",
)


def expected() -> Iterator[str]:
    """Everything that must not be zero in a long search."""
    yield from _OTHERS
    for call in CALLS:
        service = call.partition(".")[0]
        yield from (f"{call} crash {when}" for when in ("before", "after"))
        yield from (f"{call} failed: {kind}" for kind in BEFORE[service])
        yield from (f"{call} took effect and failed: {kind}" for kind in AFTER[service])


def missing(met: Counter[str]) -> list[str]:
    """What a search did not meet."""
    return [what for what in expected() if not met[what]]
