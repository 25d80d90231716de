"""Nearest neighbours among documents, by measuring every one: a flat index's answer."""

import math
from collections.abc import Callable, Iterable
from typing import NamedTuple

import grpc

from emulators.firestore import conditions, fieldpaths
from emulators.firestore.messages import Document, FindNearest, Value
from emulators.firestore.records import Record
from emulators.firestore.values import vector
from emulators.refused import Refused

MAX_DIMENSIONS = 2_048
MAX_NEIGHBOURS = 1_000

Vector = tuple[float, ...]


class Nearest(NamedTuple):
    """What to measure, and how many documents to keep."""

    path: str
    target: Vector
    measure: int
    limit: int
    threshold: float | None
    result_path: fieldpaths.Path | None


def compile_nearest(wanted: FindNearest) -> Nearest:
    """The search, checked; INVALID_ARGUMENT for whatever production refuses."""
    target = vector(wanted.query_vector)
    if not target:
        raise _invalid("FindNearest.query_vector must be a vector of at least one dimension.")
    if len(target) > MAX_DIMENSIONS:
        raise _invalid(f"The vector dimension must be at most {MAX_DIMENSIONS}.")
    if not 0 < wanted.limit.value <= MAX_NEIGHBOURS:
        raise _invalid(f"FindNearest.limit must be a positive integer of at most {MAX_NEIGHBOURS}.")
    if wanted.distance_measure not in _MEASURES:
        raise _invalid("FindNearest.distance_measure is required.")
    field = wanted.distance_result_field
    return Nearest(
        path=conditions.canonical(wanted.vector_field.field_path),
        target=target,
        measure=wanted.distance_measure,
        limit=wanted.limit.value,
        threshold=wanted.distance_threshold.value
        if wanted.HasField("distance_threshold")
        else None,
        result_path=fieldpaths.parse(field) if field else None,
    )


def nearest(wanted: Nearest, records: Iterable[Record]) -> list[Record]:
    """The nearest documents, the most similar first; those without a fitting vector left out."""
    measured = [
        (measured, record)
        for record in records
        if (measured := distance(wanted, record)) is not None and _within(wanted, measured)
    ]
    larger_is_nearer = wanted.measure == FindNearest.DOT_PRODUCT
    measured.sort(key=lambda pair: pair[0], reverse=larger_is_nearer)
    return [record for _, record in measured[: wanted.limit]]


def distance(wanted: Nearest, record: Record) -> float | None:
    """The document's distance; None if its field holds no vector of the target's dimension."""
    value = fieldpaths.get(record.document.fields, fieldpaths.parse(wanted.path))
    held = None if value is None else vector(value)
    if held is None or len(held) != len(wanted.target):
        return None
    return _MEASURES[wanted.measure](wanted.target, held)


def with_distance(wanted: Nearest, record: Record, document: Document) -> Document:
    """The document with the distance in the field that the search named, if it named one."""
    measured = distance(wanted, record)
    if wanted.result_path is None or measured is None:
        return document
    marked = Document()
    marked.CopyFrom(document)
    fieldpaths.put(marked.fields, wanted.result_path, Value(double_value=measured))
    return marked


def _within(wanted: Nearest, measured: float) -> bool:
    if wanted.threshold is None:
        return True
    if wanted.measure == FindNearest.DOT_PRODUCT:
        return measured >= wanted.threshold
    return measured <= wanted.threshold


def _sum_of_products(one: Vector, other: Vector) -> float:
    return math.fsum(a * b for a, b in zip(one, other, strict=True))


def _cosine_distance(one: Vector, other: Vector) -> float | None:
    lengths = math.hypot(*one) * math.hypot(*other)
    # A vector without a direction has an angle to nothing.
    return 1 - _sum_of_products(one, other) / lengths if lengths else None


_MEASURES: dict[int, Callable[[Vector, Vector], float | None]] = {
    FindNearest.EUCLIDEAN: math.dist,
    FindNearest.COSINE: _cosine_distance,
    FindNearest.DOT_PRODUCT: _sum_of_products,
}


def _invalid(message: str) -> Refused:
    return Refused(grpc.StatusCode.INVALID_ARGUMENT, message)
