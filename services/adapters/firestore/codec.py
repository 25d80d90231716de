"""Python values to Firestore's and back, on the raw protobuf classes.

The wrapped (proto-plus) classes cost about seven times as much to walk, on the webhook's path.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from google.cloud.firestore_v1.types import Value as WrappedValue
from google.protobuf.struct_pb2 import NULL_VALUE

from services.domain.clean import clean_text
from services.domain.text import Text

Value: Any = WrappedValue.pb()


def encode(value: Any) -> Any:
    """The Firestore value; raises TypeError for what Firestore has no type for."""
    target = Value()
    encode_into(target, value)
    return target


def encode_into(target: Any, value: Any) -> None:
    """Write `value` into an empty Firestore value; text that UTF-8 cannot hold is cleaned."""
    if value is None:
        target.null_value = NULL_VALUE
    elif isinstance(value, bool):
        target.boolean_value = value
    elif isinstance(value, int):
        target.integer_value = value
    elif isinstance(value, float):
        target.double_value = value
    elif isinstance(value, str):
        _encode_text(target, value)
    elif isinstance(value, datetime):
        target.timestamp_value.FromDatetime(value)
    elif isinstance(value, bytes):
        target.bytes_value = value
    else:
        _encode_container(target, value)


def _encode_text(target: Any, value: str) -> None:
    try:
        target.string_value = str(value)
    except UnicodeEncodeError:  # a lone half of a surrogate pair: rare, so nobody else pays
        target.string_value = clean_text(value)


def _field(fields: Any, name: str) -> Any:
    try:
        return fields[name]
    except UnicodeEncodeError:
        return fields[clean_text(name)]


def _encode_container(target: Any, value: Any) -> None:
    if isinstance(value, Mapping):
        target.map_value.SetInParent()
        for key, item in value.items():
            encode_into(_field(target.map_value.fields, key), item)
    elif isinstance(value, Text):
        encode_into(target, value.stored())
    elif isinstance(value, list | tuple):
        target.array_value.SetInParent()
        for item in value:
            encode_into(target.array_value.values.add(), item)
    else:
        raise TypeError(f"Firestore has no type for {type(value).__name__}")


def decode_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """A document's fields as Python values; instants are aware and in UTC."""
    return {name: decode(value) for name, value in fields.items()}


def decode(value: Any) -> Any:
    """One Firestore value as a Python value."""
    kind = value.WhichOneof("value_type")
    if kind == "map_value":
        return decode_fields(value.map_value.fields)
    if kind == "array_value":
        return [decode(item) for item in value.array_value.values]
    if kind == "timestamp_value":
        return value.timestamp_value.ToDatetime(tzinfo=UTC)
    if kind == "null_value" or kind is None:
        return None
    return getattr(value, kind)
