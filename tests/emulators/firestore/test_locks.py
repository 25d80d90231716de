"""Who waits for whom, step by step."""

import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from google.api_core.exceptions import Aborted, DeadlineExceeded
from google.cloud.firestore import Client

from emulators.clock import SimClock
from emulators.firestore.engine import Engine
from emulators.firestore.messages import BatchWriteRequest, Write
from emulators.firestore.rpcs import RPCS, start
from emulators.firestore.tickets import Ticket
from tests.emulators.firestore.conftest import START
from tests.emulators.firestore.raw import PATIENCE, Raw, until


@pytest.fixture
def raw(engine: Engine) -> Raw:
    made = Raw(engine)
    for name in ("a", "b"):
        made.collection.document(name).set({"n": 0})
    return made


def test_a_second_reader_waits_and_sees_what_the_first_wrote(raw: Raw) -> None:
    first, second = raw.begin(), raw.begin()
    raw.read(first, "a")
    waits = raw.blocked(raw.read, second, "a")
    raw.commit(first, a=7)
    assert waits.result(PATIENCE) == 7


def test_who_came_first_is_served_first(raw: Raw) -> None:
    holder = raw.begin()
    raw.read(holder, "a")
    others = [raw.begin() for _ in range(3)]
    waits = [raw.blocked(raw.read, each, "a") for each in reversed(others)]
    for turn, (other, wait) in enumerate(zip(reversed(others), waits, strict=True)):
        raw.commit(holder, a=turn)
        assert wait.result(PATIENCE) == turn
        assert not any(later.done() for later in waits[turn + 1 :])
        holder = other


def test_a_missing_document_is_locked_too(raw: Raw) -> None:
    first = raw.begin()
    assert raw.read(first, "new") is None
    write = raw.blocked(raw.collection.document("new").create, {"n": 1})
    raw.commit(first, new=2)
    with pytest.raises(Exception, match="Document already exists"):
        write.result(PATIENCE)


def test_a_rollback_lets_the_next_one_in(raw: Raw) -> None:
    first, second = raw.begin(), raw.begin()
    raw.read(first, "a")
    waits = raw.blocked(raw.read, second, "a")
    raw.rollback(first)
    assert waits.result(PATIENCE) == 0


def test_two_that_wait_for_each_other_cost_the_younger_its_commit(raw: Raw) -> None:
    old, young = raw.begin(), raw.begin()
    raw.read(old, "a")
    raw.read(young, "b")
    waits = raw.blocked(raw.read, old, "b")
    assert raw.read(young, "a") == 0, "the read of the one that must yield is answered"
    assert waits.result(PATIENCE) == 0
    raw.commit(old, a=1, b=1)
    with pytest.raises(Aborted, match="Too much contention on these documents"):
        raw.commit(young, b=2)
    assert raw.collection.document("b").get().get("n") == 1


def test_the_one_that_must_yield_still_sees_one_instant(raw: Raw) -> None:
    old, young = raw.begin(), raw.begin()
    raw.read(old, "a")
    raw.read(young, "b")
    waits = raw.blocked(raw.read, old, "b")
    raw.read(young, "a")
    waits.result(PATIENCE)
    raw.commit(old, a=5, b=5)
    assert raw.read(young, "b") == 0


def test_a_retry_keeps_its_place_among_the_old(raw: Raw) -> None:
    retried = raw.begin()
    raw.rollback(retried)
    young = raw.begin()
    again = raw.begin(read_write={"retry_transaction": retried})
    raw.read(young, "a")
    raw.read(again, "b")
    waits = raw.blocked(raw.read, young, "b")
    assert raw.read(again, "a") == 0
    waits.result(PATIENCE)
    raw.commit(again, a=1)
    with pytest.raises(Aborted):
        raw.commit(young, a=2)


def test_a_query_keeps_documents_from_entering_its_result(raw: Raw) -> None:
    asker = raw.begin()
    assert raw.find(asker, 9) == []
    raw.collection.document("elsewhere").set({"n": 8})
    enters = raw.blocked(raw.collection.document("new").create, {"n": 9})
    moves = raw.blocked(raw.collection.document("b").update, {"n": 9})
    assert raw.find(asker, 9) == []
    raw.commit(asker, mine=9)
    enters.result(PATIENCE)
    moves.result(PATIENCE)
    assert raw.find(raw.begin(), 9) == ["b", "mine", "new"]


def test_a_query_keeps_documents_from_leaving_its_result(raw: Raw) -> None:
    asker = raw.begin()
    assert raw.find(asker, 0) == ["a", "b"]
    leaves = raw.blocked(raw.collection.document("b").update, {"n": 5})
    assert raw.find(asker, 0) == ["a", "b"]
    raw.rollback(asker)
    leaves.result(PATIENCE)


def test_two_that_ask_the_same_take_turns(raw: Raw) -> None:
    first, second = raw.begin(), raw.begin()
    assert raw.find(first, 9) == []
    waits = raw.blocked(raw.find, second, 9)
    raw.commit(first, new=9)
    assert waits.result(PATIENCE) == ["new"]


def test_questions_that_no_document_answers_both_do_not_meet(raw: Raw) -> None:
    assert raw.find(raw.begin(), 8) == []
    assert raw.find(raw.begin(), 9) == []


def test_a_read_outside_a_transaction_never_waits(raw: Raw) -> None:
    raw.read(raw.begin(), "a")
    assert raw.collection.document("a").get().get("n") == 0
    assert len(raw.collection.get()) == 2


def test_a_write_that_waits_for_its_own_transaction_is_named(clock: SimClock) -> None:
    raw = Raw(Engine(clock.now, lock_wait_seconds=0.05))
    transaction = raw.begin()
    raw.read(transaction, "a")
    with pytest.raises(Aborted) as raised:
        raw.collection.document("a").set({"n": 1})
    assert raised.value.message.startswith(
        "Too much contention on these documents. Please try again. Waited 0.05 s for "
        "projects/moca-local/databases/(default)/documents/c/a, locked by the transaction"
    )
    assert transaction.hex() in raised.value.message
    assert "waits for itself" in raised.value.message


def test_a_read_that_waited_too_long_is_answered_and_its_commit_aborted(clock: SimClock) -> None:
    raw = Raw(Engine(clock.now, lock_wait_seconds=0.05))
    first, second = raw.begin(), raw.begin()
    raw.read(first, "a")
    assert raw.read(second, "a") is None
    with pytest.raises(Aborted):
        raw.commit(second, a=2)
    raw.commit(first, a=1)


def test_a_caller_who_gave_up_leaves_the_line(raw: Raw, remote: Client, engine: Engine) -> None:
    transaction = raw.begin()
    raw.read(transaction, "a")
    with pytest.raises(DeadlineExceeded):
        remote.document("c/a").set({"n": 1}, timeout=0.05, retry=None)
    until(lambda: engine.waiting == 0)
    raw.commit(transaction, b=3)
    assert raw.collection.document("a").get().get("n") == 0


def test_an_idle_transaction_loses_its_locks(raw: Raw, engine: Engine, clock: SimClock) -> None:
    idle, other = raw.begin(), raw.begin()
    raw.read(idle, "a")
    waits = raw.blocked(raw.read, other, "a")
    clock.advance(61)
    engine.tick()
    assert waits.result(PATIENCE) == 0
    with pytest.raises(Exception, match="has expired or is no longer valid"):
        raw.commit(idle, a=1)
    clock.set(START)


def test_no_transaction_lives_longer_than_270_seconds(raw: Raw, clock: SimClock) -> None:
    transaction = raw.begin()
    for _ in range(5):
        clock.advance(50)
        raw.read(transaction, "a")
    clock.advance(21)
    with pytest.raises(Exception, match="has expired or is no longer valid"):
        raw.read(transaction, "a")


def test_a_batch_misses_no_part_that_another_thread_settles_meanwhile(
    raw: Raw, engine: Engine
) -> None:
    held = raw.begin()
    raw.read(held, "a")
    letting_go = threading.Thread(target=raw.rollback, args=[held])
    asked = min(line for *_, line in Ticket.when_done.__code__.co_lines() if line) + 2

    def within(frame: FrameType, event: str, _: object) -> Callable[..., Any]:
        # Once the part was asked whether it is done, and before it is told whom to call.
        if event == "line" and frame.f_lineno > asked and not letting_go.ident:
            letting_go.start()
            letting_go.join(0.1)  # as far as it gets: it may have to wait
        return within

    def interrupt(frame: FrameType, _: str, __: object) -> Callable[..., Any] | None:
        return within if frame.f_code is Ticket.when_done.__code__ else None

    write = Write(update={"name": raw.collection.document("a")._document_path})
    request = BatchWriteRequest(database=raw.database, writes=[write])
    sys.settrace(interrupt)
    ticket = start(engine, RPCS["BatchWrite"], request, "test")
    sys.settrace(None)
    letting_go.join()
    assert ticket.done
