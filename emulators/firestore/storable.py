"""Which fields a document may hold: names, depth and values, refused in production's words."""

from collections.abc import Callable, Iterable, Mapping
from math import isnan
from typing import NamedTuple

import grpc

from emulators.firestore.fieldpaths import MAX_BYTES, Path, is_reserved
from emulators.firestore.messages import Value
from emulators.firestore.names import parse_document
from emulators.firestore.values import is_vector
from emulators.refused import Refused

MAX_DEPTH = 20
MAX_VECTOR_DIMENSIONS = 2_048

_PLAIN_LENGTH = MAX_BYTES // 4  # a character has four bytes at most
_YEAR_1 = -62_135_596_800
_YEAR_10000 = 253_402_300_800
_NANOS = 1_000_000_000
_STORED_NANOS = 1_000


def check_fields(fields: Mapping[str, Value]) -> None:
    """INVALID_ARGUMENT if no document may hold these fields.

    Timestamps are rounded down to what is stored of them: microseconds.
    """
    _check_fields(fields, _Within(0, 0))


def check_elements(path: Path, elements: Iterable[Value]) -> None:
    """INVALID_ARGUMENT if an array at the path may not hold these; timestamps are rounded down."""
    within = _Within(len(path) - 1, len(".".join(path[:-1]).encode()))
    _check_elements(path[-1], elements, within)


def check_name(name: str) -> None:
    """INVALID_ARGUMENT if no field may have this name."""
    _check_field_name(name, _Within(0, 0))


def check_operand(value: Value) -> None:
    """INVALID_ARGUMENT for what is no value at all, in a filter or a cursor.

    What no document may hold for its depth, or for an array in an array, may still be asked for.
    Of a timestamp in an array or a map only what is stored is compared, of any other all.
    """
    if value.WhichOneof("value_type") == "timestamp_value":
        _check_instant("", value)
    else:
        check_inner(value)


def check_inner(value: Value) -> None:
    """As `check_operand`, of what stands in an array or a map: timestamps are rounded down."""
    kind = value.WhichOneof("value_type")
    if kind == "array_value":
        for element in value.array_value.values:
            check_inner(element)
    elif kind == "map_value" and not is_vector(value):
        for name, inner in value.map_value.fields.items():
            if is_reserved(name):
                raise _invalid(f"field name '{name}' is reserved.")
            check_inner(inner)
    else:
        _check_value("", value, _Within(0, 0))


class _Within(NamedTuple):
    """Where in a document something is: in how many maps and arrays, after how long a path."""

    depth: int
    path_bytes: int

    def named(self, name: str) -> "_Within":
        """One map further in, under this name."""
        return _Within(self.depth + 1, self.path_bytes + len(name.encode()) + 1)


def _check_fields(fields: Mapping[str, Value], within: _Within) -> None:
    for name, value in fields.items():
        # Almost every name is plain: each write pays for this loop.
        if within.path_bytes + len(name) > _PLAIN_LENGTH or name[:2] in ("", "__"):
            _check_field_name(name, within)
        _check_value(name, value, within)


def _check_value(name: str, value: Value, within: _Within) -> None:
    check = _CHECKS[value.WhichOneof("value_type")]
    if check is not None:
        check(name, value, within)


def _check_field_name(name: str, within: _Within) -> None:
    if not name:
        raise _invalid("The property.name is the empty string.")
    if is_reserved(name):
        raise _invalid(f"field name {name} is reserved")
    if within.path_bytes + len(name.encode()) > MAX_BYTES:
        raise _invalid(f"The property.name is longer than {MAX_BYTES} bytes.")


def _check_unset(*_: object) -> None:
    raise _invalid("Cannot convert firestore.v1.Value with type unset.")


def _check_map(name: str, value: Value, within: _Within) -> None:
    if is_vector(value):
        _check_vector(name, value)
        return
    _check_depth(name, within)
    _check_fields(value.map_value.fields, within.named(name))


def _check_array(name: str, value: Value, within: _Within) -> None:
    _check_depth(name, within)
    _check_elements(name, value.array_value.values, within)


def _check_elements(name: str, elements: Iterable[Value], within: _Within) -> None:
    inner = within.named(name)
    for element in elements:
        if element.WhichOneof("value_type") == "array_value":
            raise _invalid("Cannot convert an array value in an array value.")
        if is_vector(element):
            raise _invalid("Cannot convert a vector value in an array value.")
        _check_value("", element, inner)


def _check_depth(name: str, within: _Within) -> None:
    if within.depth >= MAX_DEPTH:
        raise _invalid(
            f"Property {name} exceeds the maximum depth of {MAX_DEPTH} for maps and arrays."
        )


def _check_vector(name: str, value: Value) -> None:
    fields = value.map_value.fields
    if len(fields) != 2 or not fields["value"].HasField("array_value"):
        raise _invalid(f"Property {name}: a vector has an array as its value, and nothing else.")
    elements = fields["value"].array_value.values
    if any(each.WhichOneof("value_type") != "double_value" for each in elements):
        raise _invalid("Vector must only contain values of type 'double'")
    if any(isnan(each.double_value) for each in elements):
        raise _invalid("Vector cannot contain NaN values.")
    if not 0 < len(elements) <= MAX_VECTOR_DIMENSIONS:
        raise _invalid(
            f"Property {name}: a vector must have 1 to {MAX_VECTOR_DIMENSIONS} dimensions."
        )


def _check_instant(name: str, value: Value) -> None:
    stamp = value.timestamp_value
    if not (_YEAR_1 <= stamp.seconds < _YEAR_10000 and 0 <= stamp.nanos < _NANOS):
        raise _invalid(f"Property {name}: the timestamp must be within the years 1 to 9999.")


def _check_timestamp(name: str, value: Value, _: _Within) -> None:
    _check_instant(name, value)
    stamp = value.timestamp_value
    # "Precise only to microseconds. When stored, any additional precision is rounded down."
    if stamp.nanos % _STORED_NANOS:
        stamp.nanos -= stamp.nanos % _STORED_NANOS


def _check_geo_point(name: str, value: Value, _: _Within) -> None:
    point = value.geo_point_value
    if not -90 <= point.latitude <= 90:
        raise _invalid(f"Property {name}: the latitude must be within [-90.0, 90.0].")
    if not -180 <= point.longitude <= 180:
        raise _invalid(f"Property {name}: the longitude must be within [-180.0, 180.0].")


def _check_reference(_: str, value: Value, __: _Within) -> None:
    parse_document(value.reference_value)


def _check_not_stored(name: str, _: Value, __: _Within) -> None:
    raise _invalid(f"Property {name} holds a value that only pipelines may hold.")


def _invalid(message: str) -> Refused:
    return Refused(grpc.StatusCode.INVALID_ARGUMENT, message)


_CHECKS: dict[str | None, Callable[[str, Value, _Within], None] | None] = {
    None: _check_unset,
    "null_value": None,
    "boolean_value": None,
    "integer_value": None,
    "double_value": None,
    "string_value": None,
    "bytes_value": None,
    "map_value": _check_map,
    "array_value": _check_array,
    "timestamp_value": _check_timestamp,
    "geo_point_value": _check_geo_point,
    "reference_value": _check_reference,
    "field_reference_value": _check_not_stored,
    "variable_reference_value": _check_not_stored,
    "function_value": _check_not_stored,
    "pipeline_value": _check_not_stored,
}
