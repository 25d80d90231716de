"""Where the functions' own time goes: cProfile over the deployed code in one process.

The profiler stops while Google is played; the model and Instagram take no time here. It makes calls
dearer than what runs inside one, so that shares are what to read, not times.
"""

import cProfile
import pstats
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.inside import Inside, Stopwatch
from benchmarks.measure import Figure
from services.agent.tool import declared
from tools import TOOLS

REPLIES = 150
#: Functions of a step that are named, the dearest first.
TOP = 8
_ROOT = str(Path(__file__).parents[1])
#: Part of a file's path → whose code it is; the first that fits.
GROUPS = (
    ("/services/adapters/", "our adapters"),
    ("/services/", "our domain and use cases"),
    ("/functions/", "our domain and use cases"),
    ("/tools/", "our domain and use cases"),
    ("/benchmarks/", "the benchmark"),
    ("/emulators/", "the benchmark"),
    ("/google/", "Google's clients and protobuf"),
    ("/proto/", "Google's clients and protobuf"),
    ("/grpc/", "Google's clients and protobuf"),
    ("/structlog/", "logging"),
    ("/flask/", "web framework"),
    ("/werkzeug/", "web framework"),
)
STANDARD = "standard library"
Place = tuple[str, int, str]


class Profiled(Inside):
    """A deployment in which each function has a profile."""

    def __init__(self) -> None:
        super().__init__()
        self.profiles = {
            name: cProfile.Profile() for name in ("webhook", "process_thread", "deliver")
        }
        self._present: cProfile.Profile | None = None
        self.google = _Pausing(self)

    def call(self, function: str, body: bytes, headers: Mapping[str, str]) -> int:
        """One request to a function, profiled."""
        self._present = self.profiles[function]
        self.watch()
        try:
            return super().call(function, body, headers)
        finally:
            self.leave()
            self._present = None

    def watch(self) -> None:
        """Go on profiling the present request."""
        if self._present is not None:
            self._present.enable()

    def leave(self) -> None:
        """Stop for a while."""
        if self._present is not None:
            self._present.disable()


class _Pausing(Stopwatch):
    """Keeps Google's part out of the profile."""

    def __init__(self, inside: Profiled) -> None:
        super().__init__(float)
        self._inside = inside

    def start(self, method: str) -> None:
        """Google's part begins."""
        self._inside.leave()
        super().start(method)

    def stop(self, method: str) -> None:
        """Google's part ends."""
        super().stop(method)
        self._inside.watch()


def figures() -> Iterator[Figure]:
    """Shares of each step by whose code it is, then its dearest functions."""
    inside = Profiled()
    inside.configure(messages_per_second=80)
    inside.writes(1)
    inside.settle()
    for profile in inside.profiles.values():
        profile.clear()
    for _ in range(REPLIES):
        inside.clock.advance(60)
        inside.writes(1)
        inside.settle()
    for step, profile in inside.profiles.items():
        own = _own(profile)
        whole = sum(own.values())
        dearest = sorted(own.items(), key=lambda item: -item[1])[:TOP]
        groups: dict[str, float] = defaultdict(float)
        for place, seconds in own.items():
            groups[_group(place)] += seconds / whole * 100
        for group, share in sorted(groups.items(), key=lambda item: -item[1]):
            yield Figure(f"{step}, {group}", "%", [share])
        for number, (place, seconds) in enumerate(dearest, 1):
            yield Figure(f"{step}, top {number}: {_name(place)}", "%", [seconds / whole * 100])
    yield from _changed()


def _changed() -> Iterator[Figure]:
    """What was changed because of a profile, before and after."""
    runs: dict[str, Callable[..., Any]] = {"before": declared.__wrapped__, "after": declared}
    for name, declare in runs.items():
        for _ in range(3):
            started = time.process_time()
            for _ in range(REPLIES):
                for tool in TOOLS.values():
                    declare(tool.run)
        spent = (time.process_time() - started) / REPLIES * 1000
        yield Figure(f"declaring every tool for a request, {name}", "ms", [spent])


def _own(profile: cProfile.Profile) -> dict[Place, float]:
    """Seconds of each function of Python, with what it spends in functions of C that it calls."""
    own: dict[Place, float] = defaultdict(float)
    stats: Any = pstats.Stats(profile).stats  # type: ignore[attr-defined]  # it is there, untyped
    for place, (_, _, seconds, _, callers) in stats.items():
        if place[0] != "~":
            own[place] += seconds
            continue
        for caller, (_, _, part, _) in callers.items():
            own[caller] += part
    return own


def _group(place: Place) -> str:
    path = place[0]
    return next((group for part, group in GROUPS if part in path), STANDARD)


def _name(place: Place) -> str:
    path, _, function = place
    short = path.removeprefix(_ROOT).rpartition("site-packages")[2].lstrip("/")
    if "/lib/python" in short:
        short = short.rpartition("/lib/python")[2].partition("/")[2]
    return f"{short.removesuffix('.py')}: {function}"
