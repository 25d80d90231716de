"""What happened, in order, for a person to read; nothing is formatted before somebody asks."""

from datetime import datetime
from typing import Any


class Story:
    """Lines of a run: when, who, what."""

    def __init__(self, begins_at: datetime) -> None:
        self._begins_at = begins_at
        self._lines: list[tuple[datetime, str, tuple[Any, ...]]] = []

    def tell(self, at: datetime, who: str, *what: Any) -> None:
        """Add a line."""
        self._lines.append((at, who, what))

    def __len__(self) -> int:
        return len(self._lines)

    def text(self, last: int | None = None) -> str:
        """The lines, or only the last so many."""
        lines = self._lines if last is None else self._lines[-last:]
        return "\n".join(self._line(*line) for line in lines)

    def _line(self, at: datetime, who: str, what: tuple[Any, ...]) -> str:
        seconds = (at - self._begins_at).total_seconds()
        return f"{seconds:10.3f}  {who:24} {' '.join(map(str, what))}"
