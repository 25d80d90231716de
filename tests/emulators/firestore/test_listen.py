"""Several targets on one stream, and taking up where a stream was left."""

import queue
import threading
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.cloud.firestore import Client

from emulators.clock import SimClock
from emulators.firestore.engine import Engine
from emulators.firestore.messages import ListenRequest, ListenResponse, TargetChange

DATABASE = "projects/moca-local/databases/(default)"
KINDS = {TargetChange.ADD: "ADD", TargetChange.REMOVE: "REMOVE", TargetChange.CURRENT: "CURRENT",
         TargetChange.RESET: "RESET", TargetChange.NO_CHANGE: "SNAPSHOT"}  # fmt: skip


class Stream:
    """One Listen call, message by message."""

    def __init__(self, address: str) -> None:
        self._channel = grpc.insecure_channel(address)
        self._requests: queue.Queue[Any] = queue.Queue()
        call: Any = self._channel.stream_stream(
            "/google.firestore.v1.Firestore/Listen",
            request_serializer=lambda request: request.SerializeToString(),
            response_deserializer=ListenResponse.FromString,
        )
        self._responses = call(iter(self._requests.get, None), timeout=20)
        self.token = b""

    def document(
        self, target: int, name: str, token: bytes = b"", database: str = DATABASE
    ) -> None:
        request = ListenRequest(database=database)
        request.add_target.target_id = target
        request.add_target.documents.documents.append(f"{DATABASE}/documents/c/{name}")
        request.add_target.resume_token = token
        if not token:
            request.add_target.ClearField("resume_token")
        self._requests.put(request)

    def query(self, target: int, n: int, token: bytes | None = None) -> None:
        request = ListenRequest(database=DATABASE)
        request.add_target.target_id = target
        request.add_target.query.parent = f"{DATABASE}/documents"
        query = request.add_target.query.structured_query
        query.from_.add(collection_id="c")
        query.where.field_filter.field.field_path = "n"
        query.where.field_filter.op = 3
        query.where.field_filter.value.integer_value = n
        if token is not None:
            request.add_target.resume_token = token
        self._requests.put(request)

    def remove(self, target: int) -> None:
        self._requests.put(ListenRequest(database=DATABASE, remove_target=target))

    def until(self, last: str) -> list[str]:
        """What comes, up to and with the message that reads `last`."""
        told: list[str] = []
        while not told or told[-1] != last:
            told.append(self._told(next(self._responses)))
        return told

    def close(self) -> None:
        self._requests.put(None)
        self._channel.close()

    def _told(self, response: Any) -> str:
        kind = response.WhichOneof("response_type")
        held = getattr(response, kind)
        if kind == "target_change":
            self.token = held.resume_token or self.token
            return " ".join([KINDS[held.target_change_type], *map(str, held.target_ids)])
        name = held.document.name if kind == "document_change" else held.document
        added = [f"+{each}" for each in getattr(held, "target_ids", ())]
        return " ".join([name[-1], *added, *(f"-{each}" for each in held.removed_target_ids)])


@pytest.fixture
def stream(engine: Engine, address: str) -> Iterator[Stream]:
    opened = Stream(address)
    yield opened
    opened.close()


def test_a_change_names_every_target_that_it_concerns(stream: Stream, near: Client) -> None:
    near.document("c/a").set({"n": 5})
    stream.document(2, "a")
    assert stream.until("SNAPSHOT") == ["ADD 2", "a +2", "CURRENT 2", "SNAPSHOT"]
    stream.query(4, n=1)
    assert stream.until("SNAPSHOT") == ["ADD 4", "a +4", "CURRENT 4", "SNAPSHOT"]
    near.document("c/a").set({"n": 6})
    assert stream.until("SNAPSHOT") == ["a +2 +4", "SNAPSHOT"]
    near.document("c/a").set({"n": 0})
    assert stream.until("SNAPSHOT") == ["a +2 -4", "SNAPSHOT"]
    near.document("c/a").delete()
    assert stream.until("SNAPSHOT") == ["a -2", "SNAPSHOT"]


def test_a_removed_target_hears_no_more(stream: Stream, near: Client) -> None:
    stream.document(2, "a")
    stream.document(4, "b")
    stream.until("CURRENT 4")
    stream.until("SNAPSHOT")
    stream.remove(2)
    stream.until("REMOVE 2")
    near.document("c/a").set({"n": 1})
    near.document("c/b").set({"n": 1})
    assert stream.until("SNAPSHOT") == ["b +4", "SNAPSHOT"]


def test_a_resumed_target_hears_only_what_changed(
    stream: Stream, near: Client, address: str
) -> None:
    for name in "abc":
        near.document(f"c/{name}").set({"n": 5})
    stream.query(2, n=1)
    stream.until("SNAPSHOT")
    near.document("c/a").set({"n": 6})
    near.document("c/b").delete()
    again = Stream(address)
    again.query(2, n=1, token=stream.token)
    assert sorted(again.until("SNAPSHOT")[1:3]) == ["a +2", "b -2"]
    again.close()


def test_a_token_that_is_not_known_starts_anew(stream: Stream, near: Client) -> None:
    near.document("c/a").set({"n": 5})
    stream.query(2, n=1, token=b"?")
    assert stream.until("SNAPSHOT") == ["ADD 2", "RESET 2", "a +2", "CURRENT 2", "SNAPSHOT"]


def test_a_reset_tells_listeners_that_all_is_gone(
    stream: Stream, near: Client, engine: Engine
) -> None:
    near.document("c/a").set({"n": 5})
    stream.query(2, n=1)
    stream.until("SNAPSHOT")
    engine.reset()
    assert stream.until("SNAPSHOT") == ["a -2", "SNAPSHOT"]


def test_after_a_reset_at_which_time_began_anew_nothing_that_was_told_before_counts(
    stream: Stream, near: Client, engine: Engine, clock: SimClock, address: str
) -> None:
    clock.advance(60)
    near.document("c/a").set({"n": 5})
    stream.query(2, n=1)
    stream.until("SNAPSHOT")
    token = stream.token
    clock.reset()
    engine.reset()
    assert stream.until("SNAPSHOT") == ["a -2", "SNAPSHOT"]
    clock.advance(120)
    near.document("c/b").set({"n": 5})
    again = Stream(address)
    again.query(2, n=1, token=token)
    assert again.until("SNAPSHOT") == ["ADD 2", "RESET 2", "b +2", "CURRENT 2", "SNAPSHOT"]
    again.close()


@pytest.mark.parametrize("database", ["nonsense", "projects/other/databases/(default)"])
def test_a_target_in_another_database_is_refused(stream: Stream, database: str) -> None:
    stream.document(2, "a", database=database)
    assert stream.until("REMOVE 2") == ["REMOVE 2"]


def test_a_listener_that_leaves_while_others_are_told_takes_nobody_along(
    engine: Engine, near: Client
) -> None:
    told: list[str] = []

    def first() -> None:
        told.append("first")
        leaving.start()
        leaving.join(0.1)  # as far as it gets: it may have to wait

    leaving = threading.Thread(target=engine.listen(first))
    stay = engine.listen(lambda: told.append("second"))
    near.document("c/a").set({})
    leaving.join()
    stay()
    assert told == ["first", "second"]


def test_a_target_that_cannot_be_is_refused_alone(stream: Stream, near: Client) -> None:
    stream.document(2, "a")
    stream.until("SNAPSHOT")
    stream.document(4, "b/c")
    assert stream.until("REMOVE 4") == ["REMOVE 4"]
    near.document("c/a").set({"n": 5})
    assert stream.until("SNAPSHOT") == ["a +2", "SNAPSHOT"]
