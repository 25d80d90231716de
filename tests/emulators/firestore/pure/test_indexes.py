"""The index rule: what production serves, what it refuses, and what it asks for."""

import json
from pathlib import Path
from typing import Any

import grpc
import pytest

from emulators.firestore.indexes import Catalog
from emulators.firestore.messages import Filter
from emulators.firestore.query import compile_query
from emulators.refused import Refused
from tests.emulators.firestore.pure.making import (
    ROOT,
    Ref,
    Vector,
    either,
    query,
    structured,
    value,
    where,
)

TYPES = "Firestore documentation, Index types"
MERGE = "Firestore documentation, Index overview, Taking advantage of index merging"
RANGES = "Firestore documentation, Query with range and inequality filters on multiple fields"
OR = "Firestore documentation, Perform simple and compound queries, OR queries"
BACKWARDS = "https://github.com/firebase/flutterfire/issues/4398, the service's answer"
MANAGE = "Firestore documentation, Manage indexes, Exemptions"

Parts = dict[str, Any]
EQ = where("a", "==", 1)
GT = where("b", ">", 1)


def catalog(tmp_path: Path, *indexes: str, overrides: tuple[Parts, ...] = ()) -> Catalog:
    """A catalog of indexes written as `a b- t[] @group`."""
    file = tmp_path / "firestore.indexes.json"
    entries = [_entry(index) for index in indexes]
    file.write_text(json.dumps({"indexes": entries, "fieldOverrides": overrides}))
    return Catalog.load(file)


def _entry(index: str) -> Parts:
    words = [word for word in index.split() if word != "@group"]
    scope = "COLLECTION_GROUP" if "@group" in index else "COLLECTION"
    return {"collectionGroup": "c", "queryScope": scope, "fields": [_field(one) for one in words]}


def _field(word: str) -> Parts:
    path = word.removesuffix("-").removesuffix("[]")
    if word.endswith("[]"):
        return {"fieldPath": path, "arrayConfig": "CONTAINS"}
    return {"fieldPath": path, "order": "DESCENDING" if word.endswith("-") else "ASCENDING"}


SERVED: list[tuple[list[Filter], Parts, list[str], str]] = [
    ([], {}, [], TYPES),
    ([EQ], {}, [], TYPES),
    ([GT], {}, [], TYPES),
    ([where("b", "!=", 1)], {}, [], TYPES),
    ([where("b", ">", 1), where("b", "<", 5)], {"order": ["-b"]}, [], TYPES),
    ([where("t", "array-contains", 1)], {}, [], TYPES),
    ([where("a", "in", [1, 2])], {}, [], TYPES),
    ([], {"order": ["a"]}, [], TYPES),
    ([], {"order": ["-a"]}, [], TYPES),
    ([EQ, where("d", "==", 1), where("e", "==", 1)], {}, [], MERGE),
    ([EQ, where("t", "array-contains", 1)], {}, [], MERGE),
    ([EQ], {"order": ["a"]}, [], TYPES),
    ([EQ], {"order": ["-__name__"]}, [], TYPES),
    ([EQ, where("__name__", ">", Ref("c/a"))], {}, [], TYPES),
    ([EQ, GT], {}, ["a b"], TYPES),
    ([EQ, GT], {}, ["a- b"], TYPES),
    ([EQ], {"order": ["-b"]}, ["a b-"], TYPES),
    ([EQ, where("d", "==", 1)], {"order": ["b"]}, ["a d b"], TYPES),
    ([EQ, where("d", "==", 1)], {"order": ["b"]}, ["d a b"], TYPES),
    ([EQ, where("d", "==", 1)], {"order": ["b"]}, ["a b", "d b"], MERGE),
    ([], {"order": ["a", "-b"]}, ["a b-"], TYPES),
    ([GT, where("d", "<", 1)], {}, ["b d"], RANGES),
    ([where("t", "array-contains", 1)], {"order": ["b"]}, ["t[] b"], TYPES),
    ([where("a", "in", [1, 2]), GT], {}, ["a b"], OR),
    ([either(EQ, where("d", "==", 1))], {}, [], OR),
    ([either(EQ, where("d", "==", 1))], {"order": ["b"]}, ["a b", "d b"], OR),
    ([], {"order": ["a", "-__name__"]}, ["a __name__-"], TYPES),
    ([], {"order": ["__name__"]}, [], TYPES),
    ([], {"order": ["-__name__"]}, ["__name__-"], BACKWARDS),
    ([], {"group": True}, [], TYPES),
    ([where("__name__", ">", Ref("c/a"))], {"group": True}, [], TYPES),
    ([EQ, GT], {"group": True}, ["a b @group"], TYPES),
]  # fmt: skip


@pytest.mark.parametrize(("filters", "parts", "indexes", "source"), SERVED)
def test_a_query_with_its_indexes_is_served(
    tmp_path: Path, filters: list[Filter], parts: Parts, indexes: list[str], source: str
) -> None:
    catalog(tmp_path, *indexes).check(query(*filters, **parts))


REFUSED: list[tuple[list[Filter], Parts, list[str], str, str]] = [
    ([EQ, GT], {}, [], "a b", TYPES),
    ([EQ, GT], {}, ["b a"], "a b", TYPES),
    ([EQ, GT], {}, ["a b-"], "a b", TYPES),
    ([EQ, GT], {}, ["a b d"], "a b", TYPES),
    ([EQ, GT], {}, ["a b @group"], "a b", TYPES),
    ([EQ], {"order": ["-b"]}, ["a b"], "a b-", TYPES),
    ([EQ, where("d", "==", 1)], {"order": ["b"]}, ["a b"], "a d b", MERGE),
    ([], {"order": ["a", "b"]}, [], "a b", TYPES),
    ([], {"order": ["a", "-b"]}, ["a b"], "a b-", TYPES),
    ([], {"order": ["-__name__"]}, [], "__name__-", BACKWARDS),
    ([], {"order": ["-__name__"]}, ["a __name__-"], "__name__-", BACKWARDS),
    ([where("__name__", "<", Ref("c/a"))], {"order": ["-__name__"]}, [], "__name__-", BACKWARDS),
    ([GT, where("d", "<", 1)], {}, [], "b d", RANGES),
    ([GT], {"order": ["d"]}, [], "d b", RANGES),
    ([where("t", "array-contains", 1)], {"order": ["b"]}, [], "t[] b", TYPES),
    ([EQ, where("t", "array-contains", 1), GT], {}, ["a b"], "a t[] b", TYPES),
    ([where("a", "in", [1, 2])], {"order": ["b"]}, [], "a b", OR),
    ([either(EQ, where("d", "==", 1))], {"order": ["b"]}, ["a b"], "d b", OR),
    ([], {"order": ["a", "-__name__"]}, [], "a __name__-", TYPES),
    ([EQ, GT], {"group": True}, ["a b"], "a b @group", TYPES),
    ([EQ, where("d", "==", 1)], {"group": True}, [], "a d @group", TYPES),
]  # fmt: skip


@pytest.mark.parametrize("row", REFUSED)
def test_a_query_without_its_index_is_refused_with_the_definition(
    tmp_path: Path, row: tuple[list[Filter], Parts, list[str], str, str]
) -> None:
    filters, parts, indexes, missing, source = row
    with pytest.raises(Refused, match="The query requires an index") as refused:
        catalog(tmp_path, *indexes).check(query(*filters, **parts))
    assert refused.value.code is grpc.StatusCode.FAILED_PRECONDITION
    assert _json(refused.value.message) == _entry(missing), source
    catalog(tmp_path, *indexes, missing).check(query(*filters, **parts))


def _json(message: str) -> Any:
    return json.loads(message[message.index("{") :])


GROUP_ASC = {"order": "ASCENDING", "queryScope": "COLLECTION_GROUP"}
ASC = {"order": "ASCENDING", "queryScope": "COLLECTION"}


def override(path: str, *indexes: Parts, **more: Any) -> Parts:
    return {"collectionGroup": "c", "fieldPath": path, "indexes": list(indexes), **more}


SINGLE: list[tuple[Filter, Parts, tuple[Parts, ...], str]] = [
    (EQ, {"group": True}, (), "COLLECTION_GROUP_ASC index for collection c and field a"),
    (where("t", "array-contains", 1), {"group": True}, (), "COLLECTION_GROUP_CONTAINS index"),
    (EQ, {}, (override("a"),), "COLLECTION_ASC index for collection c and field a"),
    (EQ, {}, (override("*"),), "COLLECTION_ASC index for collection c and field a"),
    (where("m.x", "==", 1), {}, (override("m"),), "COLLECTION_ASC index"),
    (where("a", ">", 1), {"order": ["-a"]}, (override("a", ASC),), "COLLECTION_DESC index"),
    (EQ, {}, (override("a", GROUP_ASC),), "COLLECTION_ASC index"),
]


@pytest.mark.parametrize(("part", "parts", "overrides", "said"), SINGLE)
def test_a_missing_single_field_index_is_named_and_its_override_serves(
    tmp_path: Path, part: Filter, parts: Parts, overrides: tuple[Parts, ...], said: str
) -> None:
    """Source: Firestore documentation, Manage indexes; Index types, Collection group scope."""
    with pytest.raises(Refused, match=said) as refused:
        catalog(tmp_path, overrides=overrides).check(query(part, **parts))
    added = _json(refused.value.message)
    others = tuple(one for one in overrides if one["fieldPath"] != added["fieldPath"])
    catalog(tmp_path, overrides=(*others, added)).check(query(part, **parts))


def test_an_exemption_is_of_one_field_of_one_collection_group(tmp_path: Path) -> None:
    """Source: Firestore documentation, Manage indexes, Exemptions."""
    exempting = catalog(
        tmp_path, "a b", overrides=(override("a"), override("m"), override("m.x", ASC))
    )
    exempting.check(query(EQ, collection="other"))
    exempting.check(query(where("m.x", "==", 1)))
    exempting.check(query(EQ, GT))
    with pytest.raises(Refused, match="requires"):
        exempting.check(query(where("m.y", "==", 1)))


def test_ttl_policies_are_those_of_the_overrides(tmp_path: Path) -> None:
    """Source: Firebase CLI reference, firestore.indexes.json, fieldOverrides."""
    overrides = (override("expires_at", ttl=True), override("a", ttl=False))
    assert catalog(tmp_path, overrides=overrides).ttl_fields == {"c": "expires_at"}


def test_a_ttl_policy_alone_leaves_the_automatic_indexes(tmp_path: Path) -> None:
    policy = {"collectionGroup": "c", "fieldPath": "a", "ttl": True}
    catalog(tmp_path, overrides=(policy,)).check(query(EQ))


def test_a_vector_search_needs_a_vector_index_of_its_dimension(tmp_path: Path) -> None:
    """Source: Firestore documentation, Search with vector embeddings."""
    made = structured(EQ)
    made.find_nearest.vector_field.field_path = "v"
    made.find_nearest.query_vector.CopyFrom(value(Vector((1.0, 2.0))))
    made.find_nearest.distance_measure = 1
    made.find_nearest.limit.value = 5
    wanted = compile_query(ROOT, made)
    with pytest.raises(Refused, match="Missing vector index configuration") as refused:
        catalog(tmp_path).check(wanted)
    file = tmp_path / "vector.json"
    file.write_text(json.dumps({"indexes": [_json(refused.value.message)]}))
    Catalog.load(file).check(wanted)


@pytest.mark.parametrize(
    "text", ["", "[]", '{"indexes": [{}]}', '{"fieldOverrides": [{"ttl": 1}]}']
)
def test_a_malformed_index_file_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "firestore.indexes.json"
    file.write_text(text)
    with pytest.raises(ValueError, match=r"firestore\.indexes\.json is not a valid index file"):
        Catalog.load(file)
