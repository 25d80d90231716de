"""A kept run, read by those who write the page from it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

Run = Mapping[str, Any]
Row = Sequence[str]


class Figures:
    """The figures of one benchmark, by name."""

    def __init__(self, run: Run, benchmark: str) -> None:
        self._found = {figure["name"]: figure for figure in run.get(benchmark, ())}

    def __call__(self, name: str, form: str = ",.1f") -> str:
        """The median, or a dash."""
        found = self._found.get(name)
        return format(found["median"], form) if found else "-"

    def spread(self, name: str) -> str:
        """The median with minimum and maximum."""
        found = self._found.get(name)
        if not found:
            return "-"
        return f"{found['median']:.2f} ({found['low']:.2f} to {found['high']:.2f})"

    def median(self, name: str) -> float:
        """The median itself."""
        return float(self._found[name]["median"])

    def course(self, name: str) -> Sequence[float]:
        """One value after the other in time."""
        return [*self._found[name]["course"]]

    def names(self) -> Sequence[str]:
        """What there is, in its order."""
        return [*self._found]


def written(run: Run) -> str:
    """The run as it is kept: a figure a line, so that what changed can be read."""
    parts = [f" {json.dumps(name)}: {_part(value)}" for name, value in run.items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _part(value: Any) -> str:
    if not isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    lines = [f"  {json.dumps(figure, ensure_ascii=False)}" for figure in value]
    return "[\n" + ",\n".join(lines) + "\n ]"


def table(head: Row, rows: Sequence[Row]) -> str:
    """A table in Markdown: the first column to the left, numbers to the right."""
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
