"""What `./dev conformance --against HOST` does and prints."""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from emulators.conformance.differential import drawing, recorded
from emulators.conformance.differential.accepted import TABLE
from emulators.conformance.differential.compare import Difference
from emulators.conformance.differential.sides import Sides, sides
from emulators.conformance.differential.wire import Json, Wire

_LONG_RUN = 1_000  # sequences in which every accepted difference should come up
_EVERY = 500  # sequences between two signs of life


def explore(host: str, most: int, seed: int) -> int:
    """Compare ours with the emulator at the host by drawn sequences; 1 if they differ."""
    began = time.monotonic()
    print(f"{most} sequences from seed {seed}, on {host} and on ours")
    with sides(host) as both:
        differs = drawing.explore(both, most, seed, _sign_of_life(both))
    _figures(both, time.monotonic() - began)
    if differs is None:
        print("No difference is left unexplained.")
        return 0
    _show(differs.operations, differs.found)
    kept = Path(tempfile.gettempdir()) / "firestore-difference.json"
    kept.write_text(json.dumps(differs.operations), encoding="utf-8")
    print(f"\nTo play it again: ./dev conformance --against {host} --replay {kept}")
    return 1


def replay(host: str, file: str) -> int:
    """Play the sequence in a file on both again; 1 if they differ."""
    try:
        operations = json.loads(Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        sys.exit(f"dev: {file} holds no sequence of operations as JSON: {error}")
    with sides(host) as both:
        found = both.difference(operations)
    _figures(both)
    if found is not None:
        _show(operations[: found.place + 1], found)
    return 0 if found is None else 1


def record(host: str) -> int:
    """Keep the answers of the emulator at the host to the recorded sequences."""
    wire = Wire(host)
    print(f"{recorded.record(wire)} sequences recorded in {recorded.MENDED.parent}")
    wire.close()
    return 0


def _sign_of_life(both: Sides) -> Callable[[], None]:
    def told() -> None:
        if both.sequences % _EVERY == 0:
            print(f"  {both.sequences} …", flush=True)

    return told


def _figures(both: Sides, seconds: float | None = None) -> None:
    took = "" if seconds is None else f" in {seconds:.0f} s"
    print(f"{both.sequences} sequences of {both.operations} operations played{took}")
    print(f"{both.accepted.total()} differences explained by the table of what is accepted:")
    for row in TABLE:
        if both.accepted[row.name]:
            print(f"{both.accepted[row.name]:7}  {row.name}  [{row.source}]")
    never = [row.name for row in TABLE if not both.accepted[row.name]]
    if never and both.sequences >= _LONG_RUN:
        print(f"Never met, so perhaps no longer true: {'; '.join(never)}")


def _show(operations: Sequence[Json], found: Difference) -> None:
    print(f"\nTheir answers to the last of these operations differ ({found.rpc}):\n")
    for operation in operations:
        print(json.dumps(operation, ensure_ascii=False))
    print(f"\nours:   {json.dumps(found.ours, ensure_ascii=False, sort_keys=True)}")
    print(f"theirs: {json.dumps(found.theirs, ensure_ascii=False, sort_keys=True)}")
