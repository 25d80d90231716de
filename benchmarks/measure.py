"""Timing: medians with their spread, and the machine that they were taken on."""

import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version

#: What the figures depend on beside the machine.
PACKAGES = ("grpcio", "protobuf", "google-cloud-firestore", "functions-framework")

#: The unit of a ratio.
TIMES = "times"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value over several runs."""

    name: str
    unit: str
    runs: Sequence[float]
    is_course: bool = False  #: whether the runs are one course in time, of which each counts

    @property
    def median(self) -> float:
        """The value to quote."""
        return statistics.median(self.runs)

    def row(self) -> str:
        """A line of a table: name, median, minimum, maximum, unit."""
        low, high = min(self.runs), max(self.runs)
        return f"{self.name:<52} {self.median:>12,.2f} {low:>12,.2f} {high:>12,.2f}  {self.unit}"

    def as_json(self) -> dict[str, object]:
        """What is kept of it."""
        values = {"median": self.median, "low": min(self.runs), "high": max(self.runs)}
        rounded = {name: round(value, 6) for name, value in values.items()}
        course = {"course": [round(run, 6) for run in self.runs]} if self.is_course else {}
        return {"name": self.name, "unit": self.unit, **rounded, **course}


def repeated(name: str, unit: str, run: Callable[[], float], runs: int = 5) -> Figure:
    """`run` measured so often, after one warm-up that does not count."""
    run()
    return Figure(name, unit, [run() for _ in range(runs)])


def seconds(work: Callable[[], object]) -> float:
    """How long `work` took, in real time."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def machine() -> str:
    """What ran it."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{os.cpu_count()} CPUs, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {versions}"
    )
