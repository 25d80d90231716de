"""`./dev bench [name …] [--json FILE]`: measure, print medians with minimum and maximum."""

import argparse
import importlib
import json
import sys
from pathlib import Path

from benchmarks import report
from benchmarks.measure import Figure, machine

#: Every benchmark: a module of this package with `figures() -> Iterator[Figure]`.
NAMES = (
    "webhook",
    "cold_start",
    "steps",
    "counted",
    "cost",
    "growth",
    "office",
    "burst",
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
    for name in options.names or NAMES:
        print(f"\n{name:<52} {'median':>12} {'min':>12} {'max':>12}")
        found[name] = []
        for figure in importlib.import_module(f"benchmarks.{name}").figures():
            print(figure.row(), flush=True)
            found[name].append(figure)
    if options.json:
        _keep(options.json, found)
    return 0


def _keep(file: Path, found: dict[str, list[Figure]]) -> None:
    """Write the figures; those of other benchmarks in the file stay."""
    before = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    after = {name: [figure.as_json() for figure in listed] for name, listed in found.items()}
    kept = {**before, "machine": machine(), **after}
    file.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], metavar="name")
    parser.add_argument("--json", type=Path, help="write the figures there as well")
    parser.add_argument("--render", type=Path, help="write docs/performance.md's tables from it")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
