"""What no document and no request may exceed, refused in production's words."""

import re
from collections.abc import Mapping, Sized

import grpc

from emulators.firestore.messages import Document, Value
from emulators.firestore.names import parse_document
from emulators.firestore.values import is_vector, size_of, size_of_value, vector
from emulators.refused import Refused

MAX_DOCUMENT_BYTES = 1_048_576
MAX_VALUE_BYTES = MAX_DOCUMENT_BYTES - 89
MAX_REQUEST_BYTES = 10 * 1_024 * 1_024
MAX_DEPTH = 20
MAX_FIELD_NAME_BYTES = 1_500
MAX_TRANSFORMS = 500
MAX_VECTOR_DIMENSIONS = 2_048

_SMALL_ENOUGH = MAX_DOCUMENT_BYTES // 8  # no value counts for more than 8 times its wire bytes
_PLAIN_LENGTH = MAX_FIELD_NAME_BYTES // 4  # a character has four bytes at most
_RESERVED = re.compile(r"__.*__", re.DOTALL)
_YEAR_1 = -62_135_596_800
_YEAR_10000 = 253_402_300_800
_NANOS = 1_000_000_000


def check_document(document: Document) -> None:
    """INVALID_ARGUMENT if no document may hold these fields, or so much of them."""
    _check_fields(document.fields, 1)
    if document.ByteSize() > _SMALL_ENOUGH:
        _check_size(document)


def check_request(size: int) -> None:
    """INVALID_ARGUMENT for a request of more bytes than production takes."""
    if size > MAX_REQUEST_BYTES:
        raise _invalid(
            f"Request payload size exceeds the limit: {MAX_REQUEST_BYTES} bytes (it has {size})."
        )


def check_transforms(field_transforms: Sized) -> None:
    """INVALID_ARGUMENT for more transforms of one document than one commit may hold."""
    if len(field_transforms) > MAX_TRANSFORMS:
        raise _invalid(
            f"cannot have more than {MAX_TRANSFORMS} field transforms on a single document"
        )


def _check_size(document: Document) -> None:
    for name, value in document.fields.items():
        if value.WhichOneof("value_type") in ("string_value", "bytes_value"):
            _check_value_size(name, value)
    size = size_of(document)
    if size > MAX_DOCUMENT_BYTES:
        raise _invalid(
            f"Document '{document.name}' cannot be written because its size ({size:,} bytes) "
            f"exceeds the maximum allowed size of {MAX_DOCUMENT_BYTES:,} bytes."
        )


def _check_value_size(name: str, value: Value) -> None:
    terminator = 1 if value.HasField("string_value") else 0
    if size_of_value(value) - terminator > MAX_VALUE_BYTES:
        raise _invalid(f'The value of property "{name}" is longer than {MAX_VALUE_BYTES} bytes.')


def _check_fields(fields: Mapping[str, Value], depth: int) -> None:
    for name, value in fields.items():
        # Almost every name is plain: each write pays for this loop.
        if len(name) > _PLAIN_LENGTH or name[:2] in ("", "__"):
            _check_field_name(name)
        check = _CHECKS.get(value.WhichOneof("value_type"))
        if check is not None:
            check(name, value, depth)


def _check_field_name(name: str) -> None:
    if not name:
        raise _invalid("Property name cannot be the empty string.")
    if name.startswith("__") and _RESERVED.fullmatch(name):
        raise _invalid(f'Property name "{name}" is invalid because it is reserved.')
    if len(name.encode()) > MAX_FIELD_NAME_BYTES:
        raise _invalid(f"The property name is longer than {MAX_FIELD_NAME_BYTES} bytes.")


def _check_map(name: str, value: Value, depth: int) -> None:
    if is_vector(value):
        _check_vector(name, value)
        return
    _check_depth(name, depth)
    _check_fields(value.map_value.fields, depth + 1)


def _check_array(name: str, value: Value, depth: int) -> None:
    _check_depth(name, depth)
    for element in value.array_value.values:
        kind = element.WhichOneof("value_type")
        if kind == "array_value":
            raise _invalid(f"Property {name} contains an invalid nested entity.")
        check = _CHECKS.get(kind)
        if check is not None:
            check(name, element, depth + 1)


def _check_depth(name: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise _invalid(
            f"Property {name} exceeds the maximum depth of {MAX_DEPTH} for maps and arrays."
        )


def _check_vector(name: str, value: Value) -> None:
    elements = value.map_value.fields["value"].array_value.values
    for element in elements:
        if element.WhichOneof("value_type") not in ("double_value", "integer_value"):
            raise _invalid(f"Property {name}: a vector may hold numbers only.")
    if not 0 < len(vector(value) or ()) <= MAX_VECTOR_DIMENSIONS:
        raise _invalid(
            f"Property {name}: a vector must have 1 to {MAX_VECTOR_DIMENSIONS} dimensions."
        )


def _check_timestamp(name: str, value: Value, _: int) -> None:
    stamp = value.timestamp_value
    if not (_YEAR_1 <= stamp.seconds < _YEAR_10000 and 0 <= stamp.nanos < _NANOS):
        raise _invalid(f"Property {name}: the timestamp must be within the years 1 to 9999.")


def _check_geo_point(name: str, value: Value, _: int) -> None:
    point = value.geo_point_value
    if not -90 <= point.latitude <= 90:
        raise _invalid(f"Property {name}: the latitude must be within [-90.0, 90.0].")
    if not -180 <= point.longitude <= 180:
        raise _invalid(f"Property {name}: the longitude must be within [-180.0, 180.0].")


def _check_reference(_: str, value: Value, __: int) -> None:
    parse_document(value.reference_value)


def _check_not_stored(name: str, _: Value, __: int) -> None:
    raise _invalid(f"Property {name} holds a value that only pipelines may hold.")


def _invalid(message: str) -> Refused:
    return Refused(grpc.StatusCode.INVALID_ARGUMENT, message)


_CHECKS = {
    None: None,
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
