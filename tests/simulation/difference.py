"""A change of a document as words, made when somebody reads the story."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

#: Where every run's time begins.
BEGINNING = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Difference:
    """Which fields changed, and to what."""

    change: Any

    def __str__(self) -> str:
        old, new = self.change.old or {}, self.change.new or {}
        parts = [
            f"{name}={_short(new.get(name))}"
            for name in sorted({*old, *new})
            if old.get(name) != new.get(name) and name not in _BORING
        ]
        return f"{_path(self.change.path)}: {' '.join(parts)}"


_BORING = {"updated_at", "account_id", "igsid", "thread_id", "received_at", "last_direction", "mid"}


def _path(path: tuple[str, ...]) -> str:
    return "/".join(part[-8:] if len(part) > 20 else part for part in path[-2:])


def _short(value: Any) -> str:
    if isinstance(value, datetime):
        return f"@{(value - BEGINNING).total_seconds():.3f}"
    if isinstance(value, int) and value > 10**12:
        return f"@{value / 1000 - BEGINNING.timestamp():.3f}"
    if isinstance(value, dict):
        return "{" + " ".join(f"{k}={_short(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + " ".join(_short(item) for item in value) + "]"
    if isinstance(value, str) and len(value) > 28:
        return "…" + value[-8:]
    return str(value)
