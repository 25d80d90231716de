"""Nearest neighbours among documents, by measuring every one: a flat index's answer."""

import math
from collections.abc import Callable, Iterable
from typing import NamedTuple

import grpc

from emulators.firestore import conditions, fieldpaths, storable
from emulators.firestore.messages import Document, FindNearest, StructuredQuery, Value
from emulators.firestore.records import Record
from emulators.firestore.values import vector
from emulators.refused import Refused

MAX_NEIGHBOURS = 1_000

Vector = tuple[float, ...]


class Nearest(NamedTuple):
    """What to measure, and how many documents to keep."""

    path: str
    target: Vector
    measure: int
    limit: int
    threshold: float | None
    result_field: str


def compile_nearest(query: StructuredQuery) -> Nearest | None:
    """The query's search if it has one; INVALID_ARGUMENT for whatever production refuses."""
    if not query.HasField("find_nearest"):
        return None
    for part in ("limit", "start_at", "end_at"):
        if query.HasField(part):
            raise _invalid(f"A query's {part} cannot be used with FindNearest")
    if query.offset:
        raise _invalid("A query offset cannot be used with FindNearest")
    return _nearest(query.find_nearest)


def _nearest(wanted: FindNearest) -> Nearest:
    storable.check_operand(wanted.query_vector)
    target = vector(wanted.query_vector)
    if not target:
        raise _invalid("FindNearest.query_vector must be a vector of at least one dimension.")
    if not 0 < wanted.limit.value <= MAX_NEIGHBOURS:
        raise _invalid(f"FindNearest.limit must be a positive integer of at most {MAX_NEIGHBOURS}.")
    if wanted.distance_measure not in _MEASURES:
        raise _invalid("FindNearest.distance_measure is required.")
    if not math.isfinite(wanted.distance_threshold.value):
        raise _invalid("FindNearest.distance_threshold must be a finite number.")
    if wanted.distance_result_field:
        storable.check_name(wanted.distance_result_field)
    return Nearest(
        path=conditions.canonical(wanted.vector_field.field_path),
        target=target,
        measure=wanted.distance_measure,
        limit=wanted.limit.value,
        threshold=wanted.distance_threshold.value
        if wanted.HasField("distance_threshold")
        else None,
        result_field=wanted.distance_result_field,
    )


def nearest(wanted: Nearest, records: Iterable[Record]) -> list[Record]:
    """The nearest documents, the most similar first; those without a fitting vector left out."""
    measured = [
        (measured, record)
        for record in records
        if (measured := distance(wanted, record)) is not None and _within(wanted, measured)
    ]
    sign = -1 if wanted.measure == FindNearest.DOT_PRODUCT else 1
    # What has no distance to compare, such as that of infinite vectors, is the farthest.
    measured.sort(key=lambda pair: (math.isnan(pair[0]), sign * pair[0]))
    return [record for _, record in measured[: wanted.limit]]


def distance(wanted: Nearest, record: Record) -> float | None:
    """The document's distance; None if its field holds no vector of the target's dimension."""
    value = fieldpaths.get(record.document.fields, fieldpaths.parse(wanted.path))
    held = None if value is None else vector(value)
    if held is None or len(held) != len(wanted.target):
        return None
    return _MEASURES[wanted.measure](wanted.target, held)


def with_distance(wanted: Nearest, record: Record) -> Document:
    """The document with the distance in the field that the search named, if it named one."""
    document = record.document
    measured = distance(wanted, record)
    if not wanted.result_field or measured is None:
        return document
    marked = Document()
    marked.CopyFrom(document)
    marked.fields[wanted.result_field].CopyFrom(Value(double_value=measured))
    return marked


def _within(wanted: Nearest, measured: float) -> bool:
    if wanted.threshold is None:
        return True
    if wanted.measure == FindNearest.DOT_PRODUCT:
        return measured >= wanted.threshold
    return measured <= wanted.threshold


def _sum_of_products(one: Vector, other: Vector) -> float:
    return math.fsum(a * b for a, b in zip(one, other, strict=True))


def _cosine_distance(one: Vector, other: Vector) -> float:
    lengths = math.sqrt(_sum_of_products(one, one) * _sum_of_products(other, other))
    # A vector without a direction has an angle to nothing.
    return 1 - _sum_of_products(one, other) / lengths if lengths else math.nan


_MEASURES: dict[int, Callable[[Vector, Vector], float]] = {
    FindNearest.EUCLIDEAN: math.dist,
    FindNearest.COSINE: _cosine_distance,
    FindNearest.DOT_PRODUCT: _sum_of_products,
}


def _invalid(message: str) -> Refused:
    return Refused(grpc.StatusCode.INVALID_ARGUMENT, message)
