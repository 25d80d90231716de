"""Resource names: which are refused, in which words, and how they sort."""

from itertools import pairwise

import grpc
import pytest

from emulators.firestore.names import (
    DocumentName,
    name_key,
    parse_database,
    parse_document,
    parse_parent,
)
from emulators.refused import Refused
from tests.emulators.firestore.pure.making import DATABASE, ROOT

LIMITS = "Firestore documentation, Usage and limits"
PROTO = "google.firestore.v1 document.proto, Document.name"

REFUSED = [
    ("abc", 'lacks "projects" at index 0', PROTO),
    ("projects/p/x/d/documents/c/a", 'lacks "databases" at index 2', PROTO),
    ("projects/p/databases/d/c/a", 'lacks "documents" at index 4', PROTO),
    (f"{ROOT}/c", "even number of segments", PROTO),
    (ROOT, "even number of segments", PROTO),
    (f"{ROOT}/c/", "empty segment at index 6", PROTO),
    (f"{ROOT}//a", "empty segment at index 5", PROTO),
    (f"{ROOT}/c/.", 'because it is "." or ".."', LIMITS),
    (f"{ROOT}/../a", 'because it is "." or ".."', LIMITS),
    (f"{ROOT}/c/__a__", "because it is reserved", LIMITS),
    (f"{ROOT}/__c__/a", "because it is reserved", LIMITS),
    (f"{ROOT}/c/__id12x__", "because it is reserved", LIMITS),
    (f"{ROOT}/c/{'ä' * 751}", "longer than 1500 bytes", LIMITS),
    (f"{ROOT}/" + "/".join(["c" * 1400] * 6), "longer than 6144 bytes", LIMITS),
]


@pytest.mark.parametrize(("name", "said", "source"), REFUSED)
def test_a_name_that_no_document_can_have_is_an_invalid_argument(
    name: str, said: str, source: str
) -> None:
    with pytest.raises(Refused) as refused:
        parse_document(name)
    assert refused.value.code is grpc.StatusCode.INVALID_ARGUMENT
    assert said in refused.value.message, source


@pytest.mark.parametrize("last", ["a", "ä" * 750, "__id7__", "__", "___", "a b", "%2F", "..."])
def test_a_legal_id_is_taken_as_it_is(last: str) -> None:
    name = parse_document(f"{ROOT}/c/{last}")
    assert name == DocumentName(DATABASE, ("c", last))
    assert name.text == f"{ROOT}/c/{last}"


def test_a_name_knows_its_parts() -> None:
    name = parse_document(f"{ROOT}/conversations/t1/messages/m1")
    assert (name.collection_id, name.document_id) == ("messages", "m1")
    assert name.parent_path == ("conversations", "t1")
    assert name.collection_path == ("conversations", "t1", "messages")


def test_a_parent_is_the_root_or_a_document() -> None:
    assert parse_parent(ROOT) == (DATABASE, ())
    assert parse_parent(f"{ROOT}/c/a") == (DATABASE, ("c", "a"))
    with pytest.raises(Refused, match="names a collection"):
        parse_parent(f"{ROOT}/c")


@pytest.mark.parametrize("name", ["p", "projects/p", "projects//databases/d", f"{DATABASE}/x"])
def test_a_malformed_database_is_an_invalid_argument(name: str) -> None:
    with pytest.raises(Refused, match="Database name"):
        parse_database(name)


def test_names_sort_by_segment_and_numeric_ids_by_number_first() -> None:
    """Source: Firestore documentation, Data types, Reference; numeric ids of imported entities."""
    wanted = ["__id-5__", "__id7__", "__id10__", "B", "a", "a!", "b", "é", "😀"]
    keys = [name_key(DATABASE, ("c", last)) for last in wanted]
    assert all(lower < higher for lower, higher in pairwise(keys))


def test_a_document_sorts_before_those_beneath_it() -> None:
    paths = [("c", "a"), ("c", "a", "d", "x"), ("c", "a!"), ("c!", "a")]
    keys = [name_key(DATABASE, path) for path in paths]
    assert all(lower < higher for lower, higher in pairwise(keys))
