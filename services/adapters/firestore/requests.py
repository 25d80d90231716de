"""Writes and queries of `domain.documents` as Firestore's request messages."""

from collections.abc import Iterable
from typing import Any

from google.cloud.firestore_v1 import types

from services.adapters.firestore.codec import encode, encode_into
from services.domain.documents import (
    Create,
    Delete,
    Increment,
    Maximum,
    Minimum,
    Nearest,
    Query,
    Removed,
    ServerTime,
    Union,
    Update,
    Write,
    vector,
)

WriteMessage: Any = types.Write.pb()
QueryMessage: Any = types.StructuredQuery.pb()
FieldTransform: Any = types.DocumentTransform.FieldTransform.pb()

_TRANSFORMS = (Increment, Minimum, Maximum, Union, ServerTime)

_Op = types.StructuredQuery.FieldFilter.Operator
_OPERATORS = {
    "==": _Op.EQUAL,
    "!=": _Op.NOT_EQUAL,
    "<": _Op.LESS_THAN,
    "<=": _Op.LESS_THAN_OR_EQUAL,
    ">": _Op.GREATER_THAN,
    ">=": _Op.GREATER_THAN_OR_EQUAL,
    "in": _Op.IN,
    "not-in": _Op.NOT_IN,
    "array_contains": _Op.ARRAY_CONTAINS,
    "array_contains_any": _Op.ARRAY_CONTAINS_ANY,
}


def write_message(documents_root: str, write: Write) -> Any:
    """One write; field names are used as they are, so they are plain identifiers."""
    message = WriteMessage()
    name = f"{documents_root}/{write.path}"
    if isinstance(write, Delete):
        message.delete = name
        return message
    message.update.name = name
    removed: list[str] = []
    for field, value in write.fields.items():
        if isinstance(value, Removed):
            removed.append(field)
        elif isinstance(value, _TRANSFORMS):
            message.update_transforms.append(_transform(field, value))
        else:
            encode_into(message.update.fields[field], value)
    if isinstance(write, Create):
        message.current_document.exists = False
        return message
    message.update_mask.SetInParent()
    message.update_mask.field_paths.extend([*message.update.fields, *removed])
    if isinstance(write, Update):
        message.current_document.exists = True
    return message


def _transform(field: str, value: Any) -> Any:
    message = FieldTransform(field_path=field)
    if isinstance(value, ServerTime):
        message.set_to_server_value = 1  # REQUEST_TIME
    elif isinstance(value, Increment):
        message.increment.CopyFrom(encode(value.by))
    elif isinstance(value, Minimum):
        message.minimum.CopyFrom(encode(value.value))
    elif isinstance(value, Maximum):
        message.maximum.CopyFrom(encode(value.value))
    else:
        message.append_missing_elements.values.extend(encode(item) for item in value.items)
    return message


def query_message(query: Query) -> Any:
    """The structured query, without its parent."""
    message = QueryMessage()
    source = getattr(message, "from_", None)
    source = source if source is not None else getattr(message, "from")
    source.add(collection_id=query.collection.rpartition("/")[2], all_descendants=query.group)
    _filter(message, list(query.where))
    for field, direction in query.order:
        message.order_by.add(direction=direction).field.field_path = field
    if query.nearest is not None:
        _nearest(message, query.nearest, query.limit)
    elif query.limit is not None:
        message.limit.value = query.limit
    if query.after:
        message.start_at.before = False
        message.start_at.values.extend(encode(value) for value in query.after)
    return message


def _nearest(message: Any, nearest: Nearest, limit: int | None) -> None:
    wanted = message.find_nearest
    wanted.vector_field.field_path = nearest.field
    encode_into(wanted.query_vector, vector(nearest.vector))
    wanted.distance_measure = 2  # COSINE
    wanted.distance_threshold.value = nearest.farthest
    wanted.limit.value = limit or 1


def _filter(message: Any, where: list[Any]) -> None:
    if not where:
        return
    target: Iterable[Any]
    if len(where) == 1:
        target = [message.where.field_filter]
    else:
        message.where.composite_filter.op = 1  # AND
        filters = message.where.composite_filter.filters
        target = [filters.add().field_filter for _ in where]
    for (field, operator, value), part in zip(where, target, strict=True):
        part.field.field_path = field
        part.op = int(_OPERATORS[operator])
        part.value.CopyFrom(encode(value))
