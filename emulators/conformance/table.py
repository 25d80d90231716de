"""Runs the table of behaviours against one emulator, and prints a line for each.

Everything is written below collections of their own.
"""

import asyncio
import os

from google.cloud.firestore import AsyncClient, Client

from emulators.conformance.asynchronous import ROWS, async_place
from emulators.conformance.behaviours import place
from emulators.conformance.suite import BEHAVIOURS


def run(host: str, project: str) -> int:
    """Try every row; 1 if any is broken."""
    # The client library takes an emulator's address from nowhere else.
    os.environ["FIRESTORE_EMULATOR_HOST"] = host  # noqa: TID251 (a program's entry point)
    broken = _synchronous(project) + asyncio.run(_asynchronous(project))
    total = len(BEHAVIOURS) + len(ROWS)
    print(f"{total - broken} of {total} behaviours hold on {host}")
    return 1 if broken else 0


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
