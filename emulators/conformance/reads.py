"""Reads by name, listings, and reads of the past."""

# ruff: noqa: D103 (a row's name is its sentence)

from google.cloud.firestore import Client

from emulators.conformance.behaviours import Place, Table, instant, same, true

READS = Table()

GET = "Firestore documentation, Get data"


@READS.row(GET)
def what_is_missing_is_told_as_missing(at: Place) -> None:
    found = at.document().get()
    same((found.exists, found.to_dict(), found.update_time), (False, None, None))
    true(found.read_time is not None, "a missing document has a read time")


@READS.row(GET)
def many_documents_are_read_at_once(at: Place) -> None:
    at.document("a").set({"n": 1})
    wanted = [at.document("missing"), at.document("a"), at.document("a")]
    found = list(at.client.get_all(wanted))
    same(sorted((each.id, each.exists) for each in found), [("a", True), ("missing", False)])


@READS.row("googleapis/python-firestore, system tests: test_get_all")
def a_mask_limits_the_fields(at: Place) -> None:
    at.document().set({"a": 1, "m": {"x": 1, "y": 2}})
    same(at.document().get(["m.x", "missing"]).to_dict(), {"m": {"x": 1}})


@READS.row(GET)
def documents_are_listed_with_those_that_are_missing(at: Place) -> None:
    at.document("a").set({})
    at.document("b").collection("below").document("x").set({})
    same([each.id for each in at.collection.list_documents()], ["a", "b"])
    same([each.id for each in at.collection.list_documents(page_size=1)], ["a", "b"])


@READS.row(GET)
def collections_are_listed(at: Place) -> None:
    at.document().collection("two").document("x").set({})
    at.document().collection("one").document("x").set({})
    same([each.id for each in at.document().collections()], ["one", "two"])
    true(at.collection.id in {each.id for each in at.client.collections()}, "the root has it")


@READS.row("Firestore RPC reference, ListCollectionIdsRequest.read_time")
def collections_are_listed_as_they_were(at: Place) -> None:
    first = at.document().collection("one").document("x").set({})
    at.document().collection("two").document("x").set({})
    at.document().collection("one").document("x").delete()
    then = instant(first.update_time)
    same([each.id for each in at.document().collections(read_time=then)], ["one"])
    same([each.id for each in at.document().collections()], ["two"])


@READS.row("Firestore documentation, Read data: read time")
def the_past_can_be_read(at: Place) -> None:
    first = at.document().set({"n": 1})
    at.document().set({"n": 2})
    at.document("later").set({"n": 3})
    then = instant(first.update_time)
    same(at.document().get(read_time=then).get("n"), 1)
    same([each.get("n") for each in at.collection.stream(read_time=then)], [1])
    at.document().delete()
    same(at.document().get(read_time=then).get("n"), 1)


@READS.row("Firestore documentation, Data model")
def databases_are_separate(at: Place) -> None:
    at.document().set({"n": 1})
    other = Client(
        project=at.client.project,
        database="other",
        credentials=at.client._credentials,  # noqa: SLF001 (no public name)
    )
    other._firestore_api_internal = at.client._firestore_api  # noqa: SLF001 (the same connection)
    true(not other.document(at.document().path).get().exists, "another database has nothing")


@READS.row("Firestore documentation, Delete data: recursive delete")
def a_collection_is_deleted_with_everything_below(at: Place) -> None:
    for number in range(3):
        at.document(f"d{number}").set({})
        at.document(f"d{number}").collection("below").document("x").set({})
    same(at.client.recursive_delete(at.collection), 6)
    same(list(at.collection.list_documents()), [])
