"""Where the local run keeps its documents: in our Firestore, or in another that was named."""

from pathlib import Path
from typing import Protocol

import httpx
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore_v1 import Client

from emulators.clock import SimClock
from emulators.firestore import inprocess
from emulators.firestore.engine import Engine
from emulators.firestore.server import FirestoreServer
from emulators.gateway.credentials import PROJECT
from emulators.loop import LoopThread
from services.adapters.firestore.connect import OWNER, connect

_INDEXES = Path(__file__).resolve().parents[2] / "firestore.indexes.json"


class Store(Protocol):
    """What the local run needs of a Firestore."""

    @property
    def address(self) -> str:
        """Host and port, once started."""
        ...

    @property
    def engine(self) -> Engine | None:
        """What counts, takes faults and tells of changes; only ours does."""
        ...

    def client(self, caller: str) -> Client:
        """A client for whoever looks on; ours counts it under `caller`."""
        ...

    def start(self) -> None:
        """Serve, if it is ours."""
        ...

    def reset(self) -> None:
        """Forget every document."""
        ...

    def sweep(self) -> object:
        """Delete what has expired; Google's emulator keeps it for ever."""
        ...

    def stop(self) -> None:
        """End what `start` began."""
        ...


class OwnStore:
    """The Firestore that comes with Moca; it lets in the owner alone, as our rules have it."""

    def __init__(self, clock: SimClock, loop: LoopThread, port: int, folder: Path | None) -> None:
        kept = folder / "firestore.sqlite" if folder else None
        self.engine = Engine(clock.now, indexes=_INDEXES, store=kept)
        self._server = FirestoreServer(self.engine, loop, port, owner_only=True)
        clock.on_move(self.engine.tick)

    @property
    def address(self) -> str:
        """See `Store`."""
        return self._server.address

    def client(self, caller: str) -> Client:
        """See `Store`."""
        return inprocess.client(self.engine, PROJECT, caller=caller)

    def start(self) -> None:
        """See `Store`; RuntimeError when the port is taken."""
        self._server.start()

    def reset(self) -> None:
        """See `Store`."""
        self.engine.reset()

    def sweep(self) -> object:
        """See `Store`."""
        return self.engine.sweep_ttl()

    def stop(self) -> None:
        """See `Store`."""
        self._server.stop()
        self.engine.close()


class NamedStore:
    """Another emulator at `address`, which stays when the local run ends: Google's."""

    engine = None

    def __init__(self, address: str) -> None:
        self.address = address

    def client(self, caller: str) -> Client:
        """See `Store`."""
        made = Client(project=PROJECT, credentials=AnonymousCredentials())
        # It takes an emulator's address only from the environment, which others of us read too.
        made._firestore_api_internal = connect(caller, self.address)  # noqa: SLF001 (see above)
        return made

    def start(self) -> None:
        """See `Store`."""

    def reset(self) -> None:
        """See `Store`; `httpx.HTTPError` when it cannot be cleared."""
        path = f"/emulator/v1/projects/{PROJECT}/databases/(default)/documents"
        url = f"http://{self.address}{path}"
        httpx.delete(url, headers=[OWNER], trust_env=False, timeout=30).raise_for_status()

    def sweep(self) -> object:
        """See `Store`."""

    def stop(self) -> None:
        """See `Store`."""
