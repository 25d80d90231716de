"""How often and after which pauses a write is tried again that others stood in the way of."""

from datetime import UTC, datetime, timedelta

import pytest
from google.api_core.gapic_v1.client_info import ClientInfo

from emulators.clock import SimClock
from emulators.firestore import inprocess
from emulators.firestore.engine import Engine
from services.adapters.firestore.connect import over
from services.adapters.firestore.documents import FirestoreDocuments
from services.domain.documents import Create, Merge
from services.errors import Contention, Unavailable
from services.outbox.pacing import Pacer
from services.ports import Reads

BEGINNING = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


class Store:
    """A store whose commits take so many seconds each, and what its caller waits between them."""

    def __init__(self, *seconds: float) -> None:
        self.clock = SimClock(BEGINNING)
        self.engine = Engine(self.clock.now)
        self.pauses: list[float] = []
        self._seconds = iter(seconds)
        self._took = 0.0
        hooks = inprocess.Hooks(inprocess.waiting(self.engine), before=self._takes)
        client = over(inprocess.channel(self.engine, hooks), ClientInfo())
        self.documents = FirestoreDocuments(client, "moca-local", self, self)

    def fails(self, code: str, times: int = 99) -> None:
        self.engine.faults.add({"rpc": "Commit", "code": code, "times": times})

    def commits(self) -> int:
        counted = self.engine.counts.snapshot()
        return sum(dict(usage["rpcs"]).get("Commit", 0) for usage in counted.values())  # type: ignore[call-overload]  # JSON

    def transact(self) -> None:
        def work(reads: Reads) -> tuple[None, list[Merge]]:
            reads.get("c/one")
            return None, [Merge("c/one", {"n": 1})]

        self.documents.transact(work)

    # What it is given as time and chance

    def now(self) -> datetime:
        return self.clock.now()

    def pause(self, seconds: float) -> None:
        self.pauses.append(round(seconds, 3))
        self.clock.advance(seconds)

    def new(self) -> str:
        return "id"

    def fraction(self) -> float:
        return 0.5

    def _takes(self, method: str) -> None:
        if method == "Commit":
            self._took = next(self._seconds, self._took)  # the last for all that follow
            self.clock.advance(self._took)


def test_after_a_crowd_a_pause_is_measured_by_how_long_the_try_took() -> None:
    store = Store(2)
    store.fails("ABORTED", times=2)
    store.transact()
    assert store.pauses == [4.0, 4.0]


def test_after_a_quick_conflict_pauses_are_short_and_double() -> None:
    store = Store(0)
    store.fails("ABORTED", times=5)
    store.transact()
    assert store.pauses == [0.05, 0.1, 0.2, 0.4, 0.4]


def test_a_lost_answer_is_no_crowd_however_long_it_took() -> None:
    store = Store(4)
    store.fails("DEADLINE_EXCEEDED", times=2)
    store.transact()
    assert store.pauses == [0.05, 0.1]


@pytest.mark.parametrize(("code", "error"), [("ABORTED", Contention), ("INTERNAL", Unavailable)])
def test_a_transaction_is_tried_six_times(code: str, error: type[Exception]) -> None:
    store = Store(0)
    store.fails(code)
    with pytest.raises(error):
        store.transact()
    assert store.commits() == 6


def test_in_a_crowd_no_transaction_is_begun_when_its_hold_may_be_too_old() -> None:
    store = Store(2)
    store.fails("ABORTED")
    with pytest.raises(Contention):
        store.transact()
    assert store.clock.now() - BEGINNING == timedelta(seconds=2 + 4 + 2 + 4 + 2)


def test_slots_that_were_leased_after_a_long_wait_are_of_the_present() -> None:
    store = Store(2, 0)
    store.fails("ABORTED", times=1)
    slot = Pacer(documents=store.documents, clock=store).take("account", per_second=3)
    assert slot >= store.clock.now()
    assert store.commits() == 2


def test_a_commit_without_a_transaction_is_tried_again_after_a_conflict() -> None:
    store = Store(0)
    store.fails("ABORTED", times=2)
    store.documents.commit([Create("c/one", {})])
    assert store.commits() == 3


def test_in_a_crowd_a_commit_is_given_up_before_meta_hangs_up() -> None:
    store = Store(1)
    store.fails("ABORTED")
    with pytest.raises(Contention):
        store.documents.commit([Create("c/one", {})])
    assert store.clock.now() - BEGINNING <= timedelta(seconds=5)
