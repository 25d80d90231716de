"""Nearest neighbours: distances, thresholds, and what is left out."""

from typing import Any

import pytest

from emulators.firestore.messages import FindNearest
from emulators.firestore.query import Query, compile_query
from emulators.refused import Refused
from tests.emulators.firestore.pure.making import (
    ROOT,
    Vector,
    ids,
    plain_fields,
    records,
    structured,
    value,
    where,
)

DOCS = records(
    a={"v": Vector((3.0, 4.0)), "k": 1}, b={"v": Vector((1.0, 0.0)), "k": 1},
    c={"v": Vector((0.0, 2.0)), "k": 2}, d={"v": Vector((1.0, 0.0, 0.0)), "k": 1},
    e={"v": [1.0, 0.0]}, f={"k": 1}, g={"v": Vector((0.0, 0.0))},
)  # fmt: skip


def nearest(target: Any, measure: int, *filters: Any, limit: int = 10, **parts: Any) -> Query:
    made = structured(*filters)
    made.find_nearest.vector_field.field_path = "v"
    made.find_nearest.query_vector.CopyFrom(value(target))
    made.find_nearest.distance_measure = measure
    made.find_nearest.limit.value = limit
    if "threshold" in parts:
        made.find_nearest.distance_threshold.value = parts["threshold"]
    made.find_nearest.distance_result_field = parts.get("result", "")
    return compile_query(ROOT, made)


ONE = Vector((1.0, 0.0))
ROWS = [
    (nearest(ONE, FindNearest.EUCLIDEAN), "b g c a"),
    (nearest(ONE, FindNearest.EUCLIDEAN, limit=2), "b g"),
    (nearest(ONE, FindNearest.EUCLIDEAN, threshold=1.0), "b g"),
    (nearest(ONE, FindNearest.COSINE), "b a c g"),
    (nearest(ONE, FindNearest.COSINE, threshold=0.5), "b a"),
    (nearest(ONE, FindNearest.DOT_PRODUCT), "a b c g"),
    (nearest(ONE, FindNearest.DOT_PRODUCT, threshold=1.0), "a b"),
    (nearest(ONE, FindNearest.EUCLIDEAN, where("k", "==", 1)), "b a"),
    (nearest(Vector((1.0, 1.0, 1.0)), FindNearest.EUCLIDEAN), "d"),
]


@pytest.mark.parametrize(("made", "found"), ROWS)
def test_the_most_similar_vectors_of_the_same_dimension_come_first(made: Query, found: str) -> None:
    """Source: google.firestore.v1 query.proto, StructuredQuery.FindNearest."""
    assert ids(made.run(DOCS)) == found


def test_the_distance_is_put_where_it_was_asked_for() -> None:
    made = nearest(ONE, FindNearest.EUCLIDEAN, result="far")
    found = [plain_fields(made.project(one).fields)["far"] for one in made.run(DOCS)]
    assert found == pytest.approx([0.0, 1.0, 5**0.5, 20**0.5])
    assert all("far" not in one.document.fields for one in DOCS)


REFUSED: list[tuple[Any, int, int, str]] = [
    ([1.0], FindNearest.COSINE, 5, "query_vector"),
    (Vector(()), FindNearest.COSINE, 5, "1 to 2048"),
    (Vector((1.0,) * 2049), FindNearest.COSINE, 5, "1 to 2048"),
    (ONE, FindNearest.COSINE, 0, "positive integer"),
    (ONE, FindNearest.COSINE, 1001, "positive integer"),
    (ONE, 0, 5, "distance_measure"),
]


@pytest.mark.parametrize(("target", "measure", "limit", "said"), REFUSED)
def test_a_malformed_search_is_refused(target: Any, measure: int, limit: int, said: str) -> None:
    with pytest.raises(Refused, match=said):
        nearest(target, measure, limit=limit)
