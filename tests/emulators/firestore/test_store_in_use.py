"""The whole table of behaviours on the Firestore in use: ours, or with --store Google's.

Google's emulator judges the table here, row by row; where it errs itself, its exception says so.
"""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from google.cloud.firestore import AsyncClient, Client

from emulators.conformance.asynchronous import ROWS, AsyncPlace, async_place
from emulators.conformance.behaviours import Behaviour, place
from emulators.conformance.suite import BEHAVIOURS
from tests.world import World


@pytest.fixture
def _in_use(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Google's clients take an emulator's address from the environment alone."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", world.stack.firestore.address)


@pytest.mark.usefixtures("_in_use")
@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda row: row.name)
def test_it_behaves_as_documented(behaviour: Behaviour) -> None:
    behaviour.check(place(Client(project="conformance")))


@pytest.mark.usefixtures("_in_use")
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.__name__)
def test_it_behaves_so_asynchronously(row: Callable[[AsyncPlace], Awaitable[None]]) -> None:
    async def check() -> None:
        await row(async_place(AsyncClient(project="conformance")))

    asyncio.run(check())
