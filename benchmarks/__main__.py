"""`./dev bench [name …] [--json FILE]`: measure, print medians with minimum and maximum."""

import argparse
import importlib
import json
import sys
import time
from pathlib import Path

from benchmarks import report
from benchmarks.kept import written
from benchmarks.measure import Figure, machine

#: Every benchmark: a module of this package with `figures() -> Iterator[Figure]`.
NAMES = (
    "webhook",
    "cold_start",
    "steps",
    "counted",
    "tokens",
    "cost",
    "growth",
    "office",
    "burst",
    "scale",
    "profile",
    "emulators",
)


def main() -> int:
    """Run the named benchmarks; the exit code."""
    options = _options()
    if options.render:
        report.render(json.loads(options.render.read_text(encoding="utf-8")))
        return 0
    print(machine())
    found: dict[str, list[Figure]] = {}
    took: dict[str, float] = {}
    for name in options.names or NAMES:
        print(f"\n{name:<52} {'median':>12} {'min':>12} {'max':>12}")
        found[name] = []
        started = time.monotonic()
        for figure in importlib.import_module(f"benchmarks.{name}").figures():
            print(figure.row(), flush=True)
            found[name].append(figure)
        took[name] = round(time.monotonic() - started, 1)
        print(f"{name} took {took[name]} s")
    if options.json:
        _keep(options.json, found, took)
    return 0


def _keep(file: Path, found: dict[str, list[Figure]], took: dict[str, float]) -> None:
    """Write the figures; those of other benchmarks in the file stay."""
    before = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    after = {name: [figure.as_json() for figure in listed] for name, listed in found.items()}
    times = {**before.get("took", {}), **took}
    kept = {**before, "machine": machine(), "took": times, **after}
    file.write_text(written(kept), encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev bench",
        allow_abbrev=False,
        description="Measure speed and cost; without a name, everything there is to measure.",
    )
    add = parser.add_argument
    names = ", ".join(NAMES)
    add("names", nargs="*", choices=[*NAMES, []], metavar="name", help=f"one of {names}")
    add("--json", type=Path, metavar="FILE", help="write the figures there as well")
    render = "measure nothing: write the tables of docs/performance.md from these figures"
    add("--render", type=Path, metavar="FILE", help=render)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
