"""`./dev bench [name …] [--json FILE]`: measure, print medians with minimum and maximum."""

import argparse
import importlib
import json
import sys
from pathlib import Path

from benchmarks.measure import Figure, machine

#: Every benchmark: a module of this package with `figures() -> Iterator[Figure]`.
NAMES = (
    "webhook",
    "cold_start",
    "steps",
    "counted",
    "cost",
    "growth",
    "burst",
    "emulators",
)


def main() -> int:
    """Run the named benchmarks; the exit code."""
    options = _options()
    print(machine())
    found: dict[str, list[Figure]] = {}
    for name in options.names or NAMES:
        print(f"\n{name:<52} {'median':>12} {'min':>12} {'max':>12}")
        found[name] = []
        for figure in importlib.import_module(f"benchmarks.{name}").figures():
            print(figure.row(), flush=True)
            found[name].append(figure)
    if options.json:
        figures = {name: [f.as_json() for f in listed] for name, listed in found.items()}
        options.json.write_text(json.dumps({"machine": machine(), **figures}, indent=2) + "\n")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], metavar="name")
    parser.add_argument("--json", type=Path, help="write the figures there as well")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
