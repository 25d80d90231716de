"""What a test or a person may switch on: deliveries twice, deliveries late, no deliveries."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

_LATE_SHARE = 0.5  # "some late": half of the tasks
_AFTERMATH = 10.0  # seconds: a second delivery may come this much later


@dataclass(frozen=True, slots=True)
class Settings:
    """At-least-once made visible; drawn per task name, so that thread timing changes nothing."""

    duplicate: float = 0.0
    """Share of the tasks that are delivered a second time, 0 to 1."""
    late_seconds: float = 0.0
    """Half of the tasks come late by up to this many seconds."""
    seed: int = 0
    """Other seeds, other tasks."""
    paused: bool = False
    """Whether every queue stands still."""

    def changed(self, wanted: Mapping[str, object]) -> "Settings":
        """These settings with `wanted` laid over; ValueError names what is wrong."""
        for name, value in wanted.items():
            _check(name, value)
        return replace(self, **wanted)  # type: ignore[arg-type] # checked by name and type above

    def lateness(self, task_name: str) -> timedelta:
        """How much later than scheduled this task is dispatched."""
        draw = random.Random(f"late {self.seed} {task_name}")  # noqa: S311 (repeatable on purpose)
        late = self.late_seconds > 0 and draw.random() < _LATE_SHARE
        return timedelta(seconds=draw.uniform(0, self.late_seconds) if late else 0)

    def second_delivery(self, task_name: str) -> timedelta | None:
        """How long after its first dispatch the task comes again; None for most."""
        draw = random.Random(f"twice {self.seed} {task_name}")  # noqa: S311 (repeatable on purpose)
        if draw.random() >= self.duplicate:
            return None
        return timedelta(seconds=draw.choice((0.0, draw.uniform(0, _AFTERMATH))))


def _check(name: str, value: object) -> None:
    kinds: dict[str, tuple[type, ...]] = {
        "duplicate": (int, float),
        "late_seconds": (int, float),
        "seed": (int,),
        "paused": (bool,),
    }
    if name not in kinds:
        raise ValueError(f"unknown setting {name!r}; there are {', '.join(kinds)}")
    if not isinstance(value, kinds[name]) or (name != "paused" and isinstance(value, bool)):
        raise ValueError(f"setting {name} cannot be {value!r}")
    if name == "duplicate" and not 0 <= float(str(value)) <= 1:
        raise ValueError("setting duplicate is a share between 0 and 1")
    if name == "late_seconds" and float(str(value)) < 0:
        raise ValueError("setting late_seconds is not negative")
