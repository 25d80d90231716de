"""Writes: creation, merging, deletion, preconditions, transforms, batches."""

# ruff: noqa: D103 (a row's name is its sentence)

from datetime import UTC, datetime, timedelta

from google.api_core.exceptions import (
    AlreadyExists,
    FailedPrecondition,
    InvalidArgument,
    NotFound,
)
from google.cloud.firestore import (
    DELETE_FIELD,
    SERVER_TIMESTAMP,
    ArrayRemove,
    ArrayUnion,
    GeoPoint,
    Increment,
    Maximum,
    Minimum,
)

from emulators.conformance.behaviours import Place, Table, instant, refused, same, true

WRITES = Table()

ADD = "Firestore documentation, Add data"
DELETE = "Firestore documentation, Delete data"
PRECONDITION = "Firestore RPC reference, google.firestore.v1.Precondition"
TRANSFORM = "Firestore RPC reference, google.firestore.v1.DocumentTransform"
RESULT = "Firestore RPC reference, google.firestore.v1.WriteResult"


@WRITES.row(ADD)
def set_creates_and_replaces(at: Place) -> None:
    at.document().set({"a": 1, "b": 2})
    at.document().set({"a": 3})
    same(at.document().get().to_dict(), {"a": 3})


@WRITES.row(ADD)
def set_with_merge_keeps_the_other_fields(at: Place) -> None:
    at.document().set({"a": 1, "m": {"x": 1, "y": 2}})
    at.document().set({"m": {"x": 5}}, merge=True)
    same(at.document().get().to_dict(), {"a": 1, "m": {"x": 5, "y": 2}})


@WRITES.row(ADD)
def every_type_comes_back_as_it_went(at: Place) -> None:
    values: dict[str, object] = {
        "null": None,
        "true": True,
        "int": -(2**63),
        "float": 1.5,
        "text": "ü\u0000€😀",
        "bytes": b"\x00\xff",
        "place": GeoPoint(1.5, -2.5),
        "list": [1, {"a": ["b"]}, None],
        "map": {"a.b": {"`c`": {}}},
    }
    at.document().set(values)
    same(at.document().get().to_dict(), values)


@WRITES.row(ADD)
def a_timestamp_and_a_reference_come_back(at: Place) -> None:
    then = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC)
    at.document().set({"at": then, "ref": at.document("two")})
    found = at.document().get()
    same((found.get("at"), found.get("ref").path), (then, at.document("two").path))


@WRITES.row(ADD)
def creating_what_exists_is_refused(at: Place) -> None:
    at.document().create({"a": 1})
    refused(AlreadyExists, lambda: at.document().create({"a": 2}), "Document already exists: ")
    same(at.document().get().to_dict(), {"a": 1})


@WRITES.row(ADD)
def updating_what_is_missing_is_refused(at: Place) -> None:
    refused(NotFound, lambda: at.document().update({"a": 1}), "No document to update: ")
    true(not at.document().get().exists, "a refused update creates nothing")


@WRITES.row(ADD)
def an_update_reaches_into_maps(at: Place) -> None:
    at.document().set({"m": {"x": 1, "y": {"z": 1}}, "a.b": 1})
    at.document().update({"m.y.z": 2, "`a.b`": 3, "m.new": 4})
    same(at.document().get().to_dict(), {"m": {"x": 1, "y": {"z": 2}, "new": 4}, "a.b": 3})


@WRITES.row(DELETE)
def an_update_deletes_a_field(at: Place) -> None:
    at.document().set({"a": 1, "m": {"x": 1, "y": 2}})
    at.document().update({"a": DELETE_FIELD, "m.x": DELETE_FIELD})
    same(at.document().get().to_dict(), {"m": {"y": 2}})


@WRITES.row(DELETE)
def deleting_what_is_missing_succeeds(at: Place) -> None:
    at.document().delete()
    at.document().set({"a": 1})
    at.document().delete()
    true(not at.document().get().exists, "a deleted document is gone")


@WRITES.row(DELETE)
def deleting_a_document_keeps_what_lies_under_it(at: Place) -> None:
    below = at.document().collection("below").document("x")
    at.document().set({})
    below.set({"a": 1})
    at.document().delete()
    true(below.get().exists, "subcollections outlive their document")


@WRITES.row(PRECONDITION)
def a_delete_may_demand_existence(at: Place) -> None:
    option = at.client.write_option(exists=True)
    refused(NotFound, lambda: at.document().delete(option=option))


@WRITES.row(PRECONDITION)
def the_last_update_time_is_a_precondition(at: Place) -> None:
    first = at.document().set({"a": 1})
    at.document().set({"a": 2})
    stale = at.client.write_option(last_update_time=first.update_time)
    refused(FailedPrecondition, lambda: at.document().update({"a": 3}, option=stale))
    fresh = at.client.write_option(last_update_time=at.document().get().update_time)
    at.document().update({"a": 4}, option=fresh)
    same(at.document().get().to_dict(), {"a": 4})


@WRITES.row("googleapis/python-firestore, system tests: test_document_delete")
def an_update_time_in_the_future_is_invalid(at: Place) -> None:
    written = at.document().set({"a": 1})
    future = written.update_time + timedelta(hours=1)
    option = at.client.write_option(last_update_time=future)
    refused(InvalidArgument, lambda: at.document().delete(option=option))


@WRITES.row(RESULT)
def an_unchanged_write_keeps_the_update_time(at: Place) -> None:
    first = at.document().set({"a": 1, "m": {"b": [1]}})
    again = at.document().set({"m": {"b": [1]}, "a": 1})
    same(again.update_time, first.update_time)
    changed = at.document().set({"a": 2})
    true(
        instant(changed.update_time) > instant(first.update_time),
        "a change has a later update time",
    )
    same(at.document().get().create_time, first.update_time)


@WRITES.row(TRANSFORM)
def numbers_are_incremented_and_compared(at: Place) -> None:
    at.document().set({"n": 1, "high": 5, "low": 5, "text": "x"})
    at.document().update({"n": Increment(2), "high": Maximum(7), "low": Minimum(3)})
    at.document().update({"text": Increment(1), "new": Increment(1.5)})
    expected = {"n": 3, "high": 7, "low": 3, "text": 1, "new": 1.5}
    same(at.document().get().to_dict(), expected)


@WRITES.row(TRANSFORM)
def integers_saturate(at: Place) -> None:
    at.document().set({"n": 2**63 - 1})
    at.document().update({"n": Increment(5)})
    same(at.document().get().get("n"), 2**63 - 1)


@WRITES.row(TRANSFORM)
def arrays_are_joined_and_thinned(at: Place) -> None:
    at.document().set({"joined": [1, 2], "thinned": [1, 2, 1]})
    at.document().update({"joined": ArrayUnion([2, 3]), "thinned": ArrayRemove([1])})
    same(at.document().get().to_dict(), {"joined": [1, 2, 3], "thinned": [2]})


@WRITES.row(TRANSFORM)
def the_server_sets_the_time(at: Place) -> None:
    written = at.document().set({"at": SERVER_TIMESTAMP, "m": {"at": SERVER_TIMESTAMP}})
    found = at.document().get()
    same(found.get("at"), found.get("m.at"))
    apart = abs(found.get("at") - written.update_time)
    true(apart < timedelta(milliseconds=2), "the server's time is the commit's")


@WRITES.row("Firestore documentation, Transactions and batched writes")
def a_batch_is_all_or_nothing(at: Place) -> None:
    at.document("there").set({"a": 1})
    batch = at.client.batch()
    batch.set(at.document("new"), {"a": 1})
    batch.create(at.document("there"), {"a": 2})
    refused(AlreadyExists, batch.commit)
    true(not at.document("new").get().exists, "nothing of a refused batch is written")


@WRITES.row("Firestore documentation, Transactions and batched writes")
def the_writes_of_a_batch_see_each_other_and_share_a_time(at: Place) -> None:
    batch = at.client.batch()
    batch.set(at.document("a"), {"n": 1})
    batch.update(at.document("a"), {"n": Increment(1)})
    batch.set(at.document("b"), {"n": 1})
    batch.commit()
    one, two = at.document("a").get(), at.document("b").get()
    same((one.get("n"), one.update_time), (2, two.update_time))


@WRITES.row("Firestore RPC reference, BatchWrite")
def bulk_writes_are_independent(at: Place) -> None:
    at.document("there").set({"a": 1})
    writer = at.client.bulk_writer()
    writer.on_write_error(lambda *_: False)
    writer.create(at.document("there"), {"a": 2})
    for number in range(25):
        writer.set(at.document(f"d{number}"), {"n": number})
    writer.close()
    same(at.document("there").get().get("a"), 1)
    same(len(list(at.collection.stream())), 26)


@WRITES.row("Firestore documentation, Quotas and limits")
def a_document_of_more_than_a_mebibyte_is_refused(at: Place) -> None:
    refused(InvalidArgument, lambda: at.document().set({"a": "x" * 1_048_600}), "1,?048,?")


@WRITES.row("Firestore documentation, Quotas and limits")
def reserved_ids_are_refused(at: Place) -> None:
    refused(InvalidArgument, lambda: at.document("__x__").set({}), "reserved")
