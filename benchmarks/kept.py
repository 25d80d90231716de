"""A kept run, read by those who write the page from it."""

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
        low, high = min(found["runs"]), max(found["runs"])
        return f"{found['median']:.2f} ({low:.2f} to {high:.2f})"

    def runs(self, name: str) -> Sequence[float]:
        """Every run."""
        return [*self._found[name]["runs"]]

    def names(self) -> Sequence[str]:
        """What there is, in its order."""
        return [*self._found]


def table(head: Row, rows: Sequence[Row]) -> str:
    """A table in Markdown: the first column to the left, numbers to the right."""
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
