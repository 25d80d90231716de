"""Field transforms: changes that the server computes from what a document holds."""

import math
from collections.abc import Callable, Iterable

from google.protobuf.timestamp_pb2 import Timestamp

from emulators.firestore import fieldpaths
from emulators.firestore.fieldpaths import Fields
from emulators.firestore.messages import FieldTransform, Value
from emulators.firestore.values import NAN, NUMBER, sort_key

INT64_MAX = (1 << 63) - 1
INT64_MIN = -(1 << 63)

_MICROSECONDS = 1_000_000


def apply(
    fields: Fields, field_transforms: Iterable[FieldTransform], request_time: int
) -> list[Value]:
    """Change `fields` in place, one checked transform after the other; their results, in order.

    `request_time` is in microseconds since 1970. The arrays' results are null, as production's.
    """
    return [_apply_one(fields, transform, request_time) for transform in field_transforms]


def _apply_one(fields: Fields, transform: FieldTransform, request_time: int) -> Value:
    path = fieldpaths.parse(transform.field_path)
    old = fieldpaths.get(fields, path)
    kind = str(transform.WhichOneof("transform_type"))
    new, result = _KINDS[kind](old, transform, request_time)
    # The result must not change with the field, which a later transform may touch again.
    report = Value()
    report.CopyFrom(result)
    if new is not old:
        fieldpaths.put(fields, path, new)
    return report


def _server_value(_: Value | None, __: FieldTransform, now: int) -> tuple[Value, Value]:
    seconds, micros = divmod(now, _MICROSECONDS)
    # Production stores this instant to the millisecond.
    stamp = Timestamp(seconds=seconds, nanos=micros // 1000 * 1_000_000)
    new = Value(timestamp_value=stamp)
    return new, new


def _increment(old: Value | None, transform: FieldTransform, _: int) -> tuple[Value, Value]:
    operand = transform.increment
    if old is None or not _is_number(old):
        return operand, operand
    both_integers = _is_integer(old) and _is_integer(operand)
    total = _number(old) + _number(operand)
    if both_integers:
        new = Value(integer_value=max(INT64_MIN, min(INT64_MAX, int(total))))
    else:
        new = Value(double_value=float(_number(old)) + float(_number(operand)))
    return new, new


def _maximum(old: Value | None, transform: FieldTransform, _: int) -> tuple[Value, Value]:
    return _extreme(old, transform.maximum, lambda new, held: new > held)


def _minimum(old: Value | None, transform: FieldTransform, _: int) -> tuple[Value, Value]:
    return _extreme(old, transform.minimum, lambda new, held: new < held)


def _extreme(
    old: Value | None, operand: Value, wins: Callable[[float, float], bool]
) -> tuple[Value, Value]:
    if old is None or not _is_number(old):
        return operand, operand
    held, offered = _number(old), _number(operand)
    if math.isnan(held):
        return old, old
    # Numbers that are equal leave the stored one, type and sign included.
    new = operand if math.isnan(offered) or wins(offered, held) else old
    return new, new


def _append_missing(old: Value | None, transform: FieldTransform, _: int) -> tuple[Value, Value]:
    new = _array(old)
    known = set(map(sort_key, new.array_value.values))
    for element in transform.append_missing_elements.values:
        key = sort_key(element)
        if key not in known:
            known.add(key)
            new.array_value.values.append(element)
    return new, Value(null_value=0)


def _remove_all(old: Value | None, transform: FieldTransform, _: int) -> tuple[Value, Value]:
    unwanted = set(map(sort_key, transform.remove_all_from_array.values))
    kept = [
        element for element in _array(old).array_value.values if sort_key(element) not in unwanted
    ]
    new = _array(None)
    new.array_value.values.extend(kept)
    return new, Value(null_value=0)


def _array(old: Value | None) -> Value:
    """A copy of the array, or an empty one in place of anything else."""
    new = Value()
    if old is not None and old.HasField("array_value"):
        new.CopyFrom(old)
    else:
        new.array_value.SetInParent()
    return new


def _is_number(value: Value) -> bool:
    return sort_key(value)[0] in (NAN, NUMBER)


def _is_integer(value: Value) -> bool:
    return bool(value.HasField("integer_value"))


def _number(value: Value) -> int | float:
    number: int | float = value.integer_value if _is_integer(value) else value.double_value
    return number


_KINDS: dict[str, Callable[[Value | None, FieldTransform, int], tuple[Value, Value]]] = {
    "set_to_server_value": _server_value,
    "increment": _increment,
    "maximum": _maximum,
    "minimum": _minimum,
    "append_missing_elements": _append_missing,
    "remove_all_from_array": _remove_all,
}
