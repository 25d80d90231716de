"""`./dev conformance 127.0.0.1:8081`: tries Firestore's promises on an emulator of it.

Prints a line for each behaviour and ends with 1 when one of them is broken. Everything is written
below collections of their own, in the project `conformance` unless `--project` says otherwise.
"""

import argparse
import asyncio
import os
import socket
import sys

from google.cloud.firestore import AsyncClient, Client

from emulators.conformance.asynchronous import ROWS, async_place
from emulators.conformance.behaviours import place
from emulators.conformance.suite import BEHAVIOURS


def main() -> None:
    """Run the table; the exit status says whether all of it holds."""
    parser = argparse.ArgumentParser(
        prog="./dev conformance",
        description="Try Firestore's promises on an emulator of it.",
        allow_abbrev=False,
    )
    parser.add_argument("host", metavar="HOST", help="an emulator's host:port, as 127.0.0.1:8081")
    parser.add_argument(
        "--project",
        metavar="P",
        default="conformance",
        help="the project in which it is tried (%(default)s)",
    )
    options = parser.parse_args()
    _require(options.host)
    # The client library takes an emulator's address from nowhere else.
    os.environ["FIRESTORE_EMULATOR_HOST"] = options.host  # noqa: TID251 (a program's entry point)
    broken = _synchronous(options.project) + asyncio.run(_asynchronous(options.project))
    total = len(BEHAVIOURS) + len(ROWS)
    print(f"{total - broken} of {total} behaviours hold on {options.host}")
    sys.exit(1 if broken else 0)


def _require(host: str) -> None:
    """End with one sentence if nothing listens there: the client would try for minutes."""
    name, _, port = host.rpartition(":")
    try:
        socket.create_connection((name.strip("[]"), int(port)), timeout=2).close()
    except (OSError, ValueError) as error:
        sys.exit(f"dev: nothing answers at {host!r}, which should be a host:port: {error}")


def _synchronous(project: str) -> int:
    client = Client(project=project)
    broken = 0
    for row in BEHAVIOURS:
        try:
            row.check(place(client))
        except Exception as failure:  # noqa: BLE001 (reported, and counted)
            broken += _told(row.name, row.source, failure)
        else:
            _told(row.name, row.source, None)
    return broken


async def _asynchronous(project: str) -> int:
    client = AsyncClient(project=project)
    broken = 0
    for row in ROWS:
        try:
            await row(async_place(client))
        except Exception as failure:  # noqa: BLE001 (reported, and counted)
            broken += _told(row.__name__, "the asynchronous client", failure)
        else:
            _told(row.__name__, "the asynchronous client", None)
    return broken


def _told(name: str, source: str, failure: Exception | None) -> int:
    mark = "holds" if failure is None else "BROKEN"
    print(f"{mark:7}{name.replace('_', ' ')}  [{source}]")
    if failure is not None:
        print(f"       {type(failure).__name__}: {failure}")
    return failure is not None


if __name__ == "__main__":
    main()
