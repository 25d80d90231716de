"""A Listen call on the asyncio loop: requests and changes in, responses out."""

import asyncio
from collections.abc import AsyncIterator

from emulators.firestore.engine import Engine
from emulators.firestore.listen import ListenStream
from emulators.firestore.messages import ListenRequest, ListenResponse
from emulators.firestore.rpcs import parsed

_ENDED = object()


class Listening:
    """Drives one stream until its client ends it."""

    def __init__(self, engine: Engine, caller: str) -> None:
        self._engine = engine
        self._stream = ListenStream(engine, caller)
        self._events: asyncio.Queue[object] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()

    async def responses(self, requests: AsyncIterator[bytes]) -> AsyncIterator[ListenResponse]:
        """What the client is to be sent, until it closes its side; Refused for nonsense."""
        reader = asyncio.create_task(self._read(requests))
        unlisten = self._engine.listen(self._wake)
        try:
            while (event := await self._events.get()) is not _ENDED:
                for response in self._after(event):
                    yield response
        finally:
            unlisten()
            reader.cancel()

    def _after(self, event: object) -> list[ListenResponse]:
        if isinstance(event, bytes):
            return self._stream.handle(parsed(ListenRequest, event))
        return self._stream.changed()

    def _wake(self) -> None:
        self._loop.call_soon_threadsafe(self._events.put_nowait, None)

    async def _read(self, requests: AsyncIterator[bytes]) -> None:
        try:
            async for request in requests:
                self._events.put_nowait(request)
        finally:
            self._events.put_nowait(_ENDED)
