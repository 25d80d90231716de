"""The asynchronous client over the socket."""

import pytest
from google.cloud.firestore import AsyncClient

from emulators.conformance.asynchronous import ROWS, async_place
from emulators.firestore.engine import Engine
from emulators.loop import LoopThread


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.__name__)
def test_the_asynchronous_client_behaves_as_documented(
    row: object, engine: Engine, address: str, loop: LoopThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", address)

    async def run() -> None:
        client = AsyncClient(project="moca-local")
        await row(async_place(client))  # type: ignore[operator]  # each row is a coroutine function
        client.close()

    loop.run(run())
