"""What a search must have met: every kind of fault and every crash point, none of them zero."""

from collections import Counter
from collections.abc import Iterator

from tests.simulation.faults import FAULTS

_OTHERS = (
    "Firestore was slow",
    "Firestore stalled",
    "Firestore waited for a lock",
    "Firestore gave up waiting for a lock",
    "Graph was slow",
    "Graph stalled",
    "Model stalled",
    "Model kept silent",
    "Model handed over",
    "Tasks was slow",
    "Tasks stalled",
    "Tasks came late",
    "Tasks came out of order",
    "Tasks delivered twice",
    "Tasks answer lost",
    "Tasks lost",
    "Mail redelivered",
    "Mail repeated",
    "Mail reordered",
    "Mail batched",
    "Mail echo never comes",
    "Instance cold start",
    "Instance died with several requests",
    "Plan writes",
    "Plan writes in a burst",
    "Plan crowd",
    "Plan does: edit",
    "Plan does: unsend",
    "Plan owner types to",
    "Plan owner types to in the middle of a call",
    "Plan office: take_over",
    "Plan office: hand_back",
    "Plan office: close",
    "Plan office: snooze",
    "Plan office: writes",
    "Plan office: pause",
    "Plan office: resume",
    "Plan settings",
    "Turn superseded",
)


def expected() -> Iterator[str]:
    """Everything that must not be zero in a long search."""
    yield from _OTHERS
    for call, (before, after) in FAULTS:
        kind = before or after
        if kind == "crash":
            yield f"{call} crash {'before' if before else 'after'}"
        elif before:
            yield f"{call} failed: {kind}"
        else:
            yield f"{call} took effect and failed: {kind}"


def missing(met: Counter[str]) -> list[str]:
    """What a search did not meet."""
    return [what for what in expected() if not met[what]]
