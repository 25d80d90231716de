"""The last changes of hands and of state of a conversation, kept in its own document.

What they cost is nothing: whoever changes something writes the document anyway, and whoever shows
them has read it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

#: So many are kept, the newest.
MOST_KEPT = 20

Boundary = Mapping[str, Any]


def added(
    known: Sequence[Boundary], what: str, at: datetime, *, reason: str = "", by: str = ""
) -> list[Boundary]:
    """The boundaries with one more; unchanged where the newest says the same.

    `what` is the new owner, or `closed` or `reopened`; `by` the operator's name, if one did it.
    """
    before: list[Boundary] = [dict(boundary) for boundary in known]
    new = {"what": what, "reason": reason, "by": by}
    if before and {name: before[-1].get(name) for name in new} == new:
        return before
    return [*before, {**new, "at": at}][-MOST_KEPT:]
