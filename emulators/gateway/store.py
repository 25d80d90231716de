"""Where the local run keeps its documents: in our Firestore, or in another that was named."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import httpx
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore_v1 import Client

from emulators.clock import SimClock
from emulators.firestore import inprocess
from emulators.firestore.counts import Counts
from emulators.firestore.engine import Engine
from emulators.firestore.faults import Faults
from emulators.firestore.server import FirestoreServer
from emulators.gateway.credentials import PROJECT
from emulators.gateway.relay import Relay
from emulators.loop import LoopThread
from services.adapters.firestore.connect import OWNER, connect

_INDEXES = Path(__file__).resolve().parents[2] / "firestore.indexes.json"


class Store(Protocol):
    """What the local run needs of a Firestore."""

    #: Who looks on hears of every change from `listen`, not only of those that functions make.
    tells_all: bool

    @property
    def counts(self) -> Counts:
        """What each function's calls cost."""
        ...

    @property
    def faults(self) -> Faults:
        """What the functions' next calls meet."""
        ...

    @property
    def address(self) -> str:
        """Host and port of the documents, once started."""
        ...

    @property
    def entrance(self) -> str:
        """Host and port at which the functions reach them."""
        ...

    def client(self, caller: str) -> Client:
        """A client for whoever looks on; ours counts it under `caller`."""
        ...

    def listen(self, listener: Callable[[], None]) -> object:
        """Have `listener` called, only to signal, after each change."""
        ...

    def start(self) -> None:
        """Open the entrance; RuntimeError when its port is taken."""
        ...

    def reset(self) -> None:
        """Forget every document, fault and count."""
        ...

    def sweep(self) -> object:
        """Delete what has expired."""
        ...

    def stop(self) -> None:
        """Close the entrance."""
        ...


class OwnStore:
    """The Firestore that comes with Moca; it lets in the owner alone, as our rules have it."""

    tells_all = True

    def __init__(self, clock: SimClock, loop: LoopThread, port: int, folder: Path | None) -> None:
        kept = folder / "firestore.sqlite" if folder else None
        self._engine = Engine(clock.now, indexes=_INDEXES, store=kept)
        self._server = FirestoreServer(self._engine, loop, port, owner_only=True)
        self.counts, self.faults = self._engine.counts, self._engine.faults
        self.listen, self.reset = self._engine.listen, self._engine.reset
        self.sweep = self._engine.sweep_ttl
        self.start = self._server.start
        clock.on_move(self._engine.tick)

    @property
    def address(self) -> str:
        """See `Store`."""
        return self._server.address

    entrance = address

    def client(self, caller: str) -> Client:
        """See `Store`."""
        return inprocess.client(self._engine, PROJECT, caller=caller)

    def stop(self) -> None:
        """See `Store`."""
        self._server.stop()
        self._engine.close()


class NamedStore:
    """Another emulator at `address`, which stays when the local run ends: Google's.

    It keeps for ever what has expired, and tells nobody of what others write into it.
    """

    tells_all = False

    def __init__(self, address: str, clock: SimClock, loop: LoopThread) -> None:
        self.address = address
        self._relay = Relay(address, clock, loop)
        self.counts, self.faults = self._relay.counts, self._relay.faults
        self.listen = self._relay.listen
        self.start, self.stop = self._relay.start, self._relay.stop

    @property
    def entrance(self) -> str:
        """See `Store`."""
        return self._relay.address

    def client(self, caller: str) -> Client:
        """See `Store`."""
        made = Client(project=PROJECT, credentials=AnonymousCredentials())
        # It takes an emulator's address only from the environment, which others of us read too.
        made._firestore_api_internal = connect(caller, self.address)  # noqa: SLF001 (see above)
        return made

    def reset(self) -> None:
        """See `Store`; `httpx.HTTPError` when it cannot be cleared."""
        path = f"/emulator/v1/projects/{PROJECT}/databases/(default)/documents"
        url = f"http://{self.address}{path}"
        httpx.delete(url, headers=[OWNER], trust_env=False, timeout=30).raise_for_status()
        self._relay.reset()

    def sweep(self) -> object:
        """See above."""
