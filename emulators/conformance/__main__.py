"""`./dev conformance 127.0.0.1:8081`: tries Firestore's promises on an emulator of it.

`./dev conformance --against 127.0.0.1:8090` makes drawn calls on that emulator and on ours, and
shows where the answers differ.
"""

import argparse
import secrets
import socket
import sys
from collections.abc import Sequence

from emulators.conformance import table


def main(arguments: Sequence[str]) -> int:
    """Carry out one command line; 1 when a promise is broken or answers differ."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if (options.host is None) is (options.against is None):
        parser.error("give a HOST to try, or --against HOST to compare ours with it")
    _require(options.host or options.against)
    if options.host:
        return table.run(options.host, options.project)
    return _compare(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./dev conformance",
        description="Try Firestore's promises on an emulator of it, or compare ours with another.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("host", metavar="HOST", nargs="?", help="try the promises there; as 127.0.0.1:8081")
    project = "the project in which they are tried (%(default)s)"
    add("--project", metavar="P", default="conformance", help=project)
    add("--against", metavar="HOST", help="compare ours with the emulator there")
    add("--sequences", metavar="N", type=int, default=500, help="how many to draw (%(default)s)")
    add("--seed", metavar="S", type=int, help="draw what another run with this seed drew")
    add("--replay", metavar="FILE", help="play the sequence in FILE instead of drawing any")
    recorded = "take its answers for those with which the tests compare ours, instead"
    add("--record", action="store_true", help=recorded)
    return parser


def _compare(options: argparse.Namespace) -> int:
    # Hypothesis takes its time to be imported, and the table needs none of it.
    from emulators.conformance.differential import report  # noqa: PLC0415 (see above)

    if options.record:
        return report.record(options.against)
    if options.replay:
        return report.replay(options.against, options.replay)
    seed = secrets.randbelow(10**6) if options.seed is None else options.seed
    return report.explore(options.against, options.sequences, seed)


def _require(host: str) -> None:
    """End with one sentence if nothing listens there: the client would try for minutes."""
    name, _, port = host.rpartition(":")
    try:
        socket.create_connection((name.strip("[]"), int(port)), timeout=2).close()
    except (OSError, ValueError) as error:
        sys.exit(f"dev: nothing answers at {host!r}, which should be a host:port: {error}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
