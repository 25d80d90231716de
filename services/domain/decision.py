"""What the agent decided to do about a turn's messages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Nothing of it has happened yet: the end of the turn commits it or throws it away."""

    bubbles: Sequence[str] = ()
    reason: str = "answered"  #: for a person to read, above all where there are no bubbles
    trace: Mapping[str, Any] = field(default_factory=dict)
