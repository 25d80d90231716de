"""Values: Firestore's total order over all types, equality, and storage size."""

from collections.abc import Callable, Mapping
from math import isnan
from typing import Any

import grpc

from emulators.firestore.messages import Document, MapValue, Value
from emulators.firestore.names import DATABASE_SEGMENTS, reference_key
from emulators.refused import Refused

Key = tuple[Any, ...]
"""Where a value sorts: hashable, comparable with every other key, equal for equal values."""

NULL, BOOLEAN, NAN, NUMBER, TIMESTAMP, STRING, BYTES, REFERENCE, GEO_POINT, ARRAY, VECTOR, MAP = (
    range(12)
)
"""The first element of a key: the types, in the order in which they sort."""

NULL_KEY: Key = (NULL,)
NAN_KEY: Key = (NAN,)

_NAME_OVERHEAD = 16
_DOCUMENT_OVERHEAD = 32
_VECTOR_TYPE = "__vector__"


def sort_key(value: Value) -> Key:
    """The value's key; integers and doubles compare exactly, and -0 equals 0.

    Raises:
        Refused: INVALID_ARGUMENT for what only pipelines may hold.
    """
    kind = value.WhichOneof("value_type")
    if kind is None:
        return NULL_KEY
    key = _KEYS.get(kind)
    if key is None:
        raise Refused(grpc.StatusCode.INVALID_ARGUMENT, f"A {kind} is for pipelines only.")
    return key(value)


def equal(one: Value, other: Value) -> bool:
    """Whether two values are one to a query: 3 equals 3.0, NaN equals NaN."""
    return sort_key(one) == sort_key(other)


def is_vector(value: Value) -> bool:
    """Whether the value is a map that stands for a vector."""
    return value.WhichOneof("value_type") == "map_value" and _is_vector(value.map_value)


def vector(value: Value) -> tuple[float, ...] | None:
    """The numbers of a vector, or None for any other value."""
    if not is_vector(value):
        return None
    elements = value.map_value.fields["value"].array_value.values
    return tuple(element.double_value for element in elements)


def size_of(document: Document) -> int:
    """Bytes that the document counts for, as "Storage size calculations" defines them."""
    return name_size(document.name) + size_of_fields(document.fields) + _DOCUMENT_OVERHEAD


def size_of_fields(fields: Mapping[str, Value]) -> int:
    """Bytes of a map's names and values."""
    return sum(len(name.encode()) + 1 + size_of_value(value) for name, value in fields.items())


def size_of_value(value: Value) -> int:
    """Bytes of one value."""
    kind = value.WhichOneof("value_type")
    return 1 if kind is None else _SIZES[kind](value)


def name_size(name: str) -> int:
    """Bytes of a document's name: its collection and document ids."""
    segments = name.split("/")[DATABASE_SEGMENTS + 1 :]
    return sum(len(segment.encode()) + 1 for segment in segments) + _NAME_OVERHEAD


def _double_key(value: Value) -> Key:
    number = value.double_value
    return NAN_KEY if isnan(number) else (NUMBER, number)


def _timestamp_key(value: Value) -> Key:
    stamp = value.timestamp_value
    return TIMESTAMP, stamp.seconds, stamp.nanos


def _geo_point_key(value: Value) -> Key:
    point = value.geo_point_value
    return GEO_POINT, point.latitude, point.longitude


def _map_key(value: Value) -> Key:
    if _is_vector(value.map_value):
        elements = value.map_value.fields["value"].array_value.values
        return VECTOR, len(elements), tuple(map(sort_key, elements))
    fields = value.map_value.fields
    return MAP, tuple((name, sort_key(fields[name])) for name in sorted(fields))


def _is_vector(held: MapValue) -> bool:
    fields = held.fields
    # Asking a protobuf map for a key that it lacks would add it.
    named = "__type__" in fields and "value" in fields
    return named and fields["__type__"].string_value == _VECTOR_TYPE


def _map_size(value: Value) -> int:
    numbers = vector(value)
    return size_of_fields(value.map_value.fields) if numbers is None else 8 * len(numbers)


_KEYS: dict[str, Callable[[Value], Key]] = {
    "null_value": lambda _: NULL_KEY,
    "boolean_value": lambda value: (BOOLEAN, value.boolean_value),
    "integer_value": lambda value: (NUMBER, value.integer_value),
    "double_value": _double_key,
    "timestamp_value": _timestamp_key,
    "string_value": lambda value: (STRING, value.string_value),
    "bytes_value": lambda value: (BYTES, value.bytes_value),
    "reference_value": lambda value: (REFERENCE, *reference_key(value.reference_value)),
    "geo_point_value": _geo_point_key,
    "array_value": lambda value: (ARRAY, tuple(map(sort_key, value.array_value.values))),
    "map_value": _map_key,
}

_SIZES: dict[str, Callable[[Value], int]] = {
    "null_value": lambda _: 1,
    "boolean_value": lambda _: 1,
    "integer_value": lambda _: 8,
    "double_value": lambda _: 8,
    "timestamp_value": lambda _: 8,
    "string_value": lambda value: len(value.string_value.encode()) + 1,
    "bytes_value": lambda value: len(value.bytes_value),
    "reference_value": lambda value: name_size(value.reference_value),
    "geo_point_value": lambda _: 16,
    "array_value": lambda value: sum(map(size_of_value, value.array_value.values)),
    "map_value": _map_size,
}
