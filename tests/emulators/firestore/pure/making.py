"""Documents and queries written as plain Python, for the tables of this folder."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from emulators.firestore.messages import (
    Cursor,
    Document,
    FieldFilter,
    Filter,
    StructuredQuery,
    UnaryFilter,
    Value,
)
from emulators.firestore.names import parse_document
from emulators.firestore.query import Query, compile_query
from emulators.firestore.records import Record

DATABASE = "projects/moca-local/databases/(default)"
ROOT = f"{DATABASE}/documents"

_OPS = {
    "<": FieldFilter.LESS_THAN,
    "<=": FieldFilter.LESS_THAN_OR_EQUAL,
    ">": FieldFilter.GREATER_THAN,
    ">=": FieldFilter.GREATER_THAN_OR_EQUAL,
    "==": FieldFilter.EQUAL,
    "!=": FieldFilter.NOT_EQUAL,
    "array-contains": FieldFilter.ARRAY_CONTAINS,
    "in": FieldFilter.IN,
    "array-contains-any": FieldFilter.ARRAY_CONTAINS_ANY,
    "not-in": FieldFilter.NOT_IN,
}
_UNARY = {
    "is null": UnaryFilter.IS_NULL,
    "is nan": UnaryFilter.IS_NAN,
    "is not null": UnaryFilter.IS_NOT_NULL,
    "is not nan": UnaryFilter.IS_NOT_NAN,
}


class Ref(NamedTuple):
    """A reference by path, such as `c/a`."""

    path: str


class Point(NamedTuple):
    """A geo point in degrees."""

    latitude: float
    longitude: float


class Time(NamedTuple):
    """A timestamp."""

    seconds: int
    nanos: int = 0


class Vector(NamedTuple):
    """A vector."""

    numbers: tuple[float, ...]


def value(plain: Any) -> Value:
    """The value that stands for a plain one."""
    made = Value()
    if isinstance(plain, Ref):
        made.reference_value = f"{ROOT}/{plain.path}"
    elif isinstance(plain, Point):
        made.geo_point_value.latitude, made.geo_point_value.longitude = plain
    elif isinstance(plain, Time):
        made.timestamp_value.seconds, made.timestamp_value.nanos = plain
    elif isinstance(plain, Vector):
        made = value({"__type__": "__vector__", "value": list(plain.numbers)})
    elif isinstance(plain, dict):
        made.map_value.SetInParent()
        for name, inner in plain.items():
            made.map_value.fields[name].CopyFrom(value(inner))
    elif isinstance(plain, list):
        made.array_value.SetInParent()
        made.array_value.values.extend(map(value, plain))
    else:
        _put_scalar(made, plain)
    return made


def _put_scalar(made: Value, plain: Any) -> None:
    kinds = {bool: "boolean", int: "integer", float: "double", str: "string", bytes: "bytes"}
    if plain is None:
        made.null_value = 0
    else:
        setattr(made, f"{kinds[type(plain)]}_value", plain)


def plain(made: Value) -> Any:
    """The plain value again, of what tests read back."""
    kind = made.WhichOneof("value_type")
    if kind == "null_value":
        return None
    if kind == "array_value":
        return [plain(inner) for inner in made.array_value.values]
    if kind == "map_value":
        return plain_fields(made.map_value.fields)
    if kind == "timestamp_value":
        return Time(made.timestamp_value.seconds, made.timestamp_value.nanos)
    return getattr(made, str(kind))


def plain_fields(fields: Mapping[str, Value]) -> dict[str, Any]:
    """A document's fields as plain values."""
    return {name: plain(inner) for name, inner in fields.items()}


def document(path: str, fields: Mapping[str, Any]) -> Document:
    """A document of these fields at a path such as `c/a`."""
    made = Document(name=f"{ROOT}/{path}")
    for name, inner in fields.items():
        made.fields[name].CopyFrom(value(inner))
    return made


def record(path: str, fields: Mapping[str, Any]) -> Record:
    """A record of that document."""
    return Record(parse_document(f"{ROOT}/{path}"), document(path, fields))


def records(**documents: Mapping[str, Any]) -> list[Record]:
    """Records of collection `c`, by document id."""
    return [record(f"c/{name}", fields) for name, fields in documents.items()]


def where(path: str, op: str, operand: Any = None) -> Filter:
    """A filter on one field."""
    if op in _UNARY:
        made = Filter()
        made.unary_filter.field.field_path, made.unary_filter.op = path, _UNARY[op]
        return made
    made = Filter()
    made.field_filter.field.field_path, made.field_filter.op = path, _OPS[op]
    made.field_filter.value.CopyFrom(value(operand))
    return made


def both(*parts: Filter) -> Filter:
    """All of the filters."""
    made = Filter()
    made.composite_filter.op = 1
    made.composite_filter.filters.extend(parts)
    return made


def either(*parts: Filter) -> Filter:
    """Any of the filters."""
    made = Filter()
    made.composite_filter.op = 2
    made.composite_filter.filters.extend(parts)
    return made


def cursor(*values: Any, before: bool) -> Cursor:
    """A position in a query's order."""
    return Cursor(values=[value(plain) for plain in values], before=before)


def structured(
    *filters: Filter,
    order: Sequence[str] = (),
    collection: str = "c",
    group: bool = False,
    **parts: Any,
) -> StructuredQuery:
    """A query; `order` names fields, with `-` before those that descend."""
    made = StructuredQuery()
    made.from_.add(collection_id=collection, all_descendants=group)
    if filters:
        made.where.CopyFrom(both(*filters))
    for path in order:
        direction = StructuredQuery.DESCENDING if path[0] == "-" else StructuredQuery.ASCENDING
        made.order_by.add(direction=direction).field.field_path = path.removeprefix("-")
    if "limit" in parts:
        made.limit.value = parts.pop("limit")
    made.MergeFrom(StructuredQuery(**parts))
    return made


def query(*filters: Filter, parent: str = ROOT, **parts: Any) -> Query:
    """The compiled query."""
    return compile_query(parent, structured(*filters, **parts))


def ids(found: Sequence[Record]) -> str:
    """The document ids, joined by spaces."""
    return " ".join(one.name.document_id for one in found)
