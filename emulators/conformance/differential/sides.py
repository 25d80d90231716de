"""Two Firestores, ours and another, and how their answers to one sequence differ."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from emulators.clock import SimClock
from emulators.conformance.differential.accepted import accepting
from emulators.conformance.differential.compare import Difference, differences
from emulators.conformance.differential.player import play
from emulators.conformance.differential.wire import Json, Wire
from emulators.firestore.engine import Engine
from emulators.firestore.server import FirestoreServer
from emulators.loop import LoopThread


class Sides:
    """Ours and another; counts what was played, and which accepted differences were met."""

    def __init__(self, ours: Wire, theirs: Wire) -> None:
        self._ours = ours
        self._theirs = theirs
        self.sequences = 0
        self.operations = 0
        self.accepted: Counter[str] = Counter()

    def difference(self, operations: Sequence[Json]) -> Difference | None:
        """The first difference that no row of the table explains."""
        self.sequences += 1
        self.operations += len(operations)
        theirs = play(self._theirs, operations)
        for found in differences(operations, play(self._ours, operations), theirs):
            row = accepting(found)
            if row is None:
                return found
            self.accepted[row.name] += 1
        return None


@contextmanager
def sides(host: str) -> Iterator[Sides]:
    """Our emulator, started for this, beside the one at a host."""
    loop = LoopThread("conformance")
    server = FirestoreServer(Engine(SimClock().now), loop)
    server.start()
    ours, theirs = Wire(server.address), Wire(host)
    try:
        yield Sides(ours, theirs)
    finally:
        ours.close()
        theirs.close()
        server.stop()
        loop.stop()
