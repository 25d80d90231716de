"""Which JSON a type of Python stands for: the signature of a tool or a route is its schema.

Our own: pydantic would do, and costs the back office's cold start a tenth of a second.
"""

import functools
import inspect
import types
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from services.domain.instants import from_text

#: The longest text of any value; whoever takes it has limits of their own below it.
LONGEST = 20_000

Parameter = inspect.Parameter

_SCALARS: dict[type, tuple[str, str]] = {
    str: ("string", "This must be a text."),
    bool: ("boolean", "This must be true or false."),
    int: ("integer", "This must be a whole number."),
    float: ("number", "This must be a number."),
}


@functools.cache
def parameters(function: Callable[..., Any]) -> Mapping[str, Parameter]:
    """The parameters in their order, with their types resolved."""
    hints = get_type_hints(function)
    found = inspect.signature(function).parameters
    return {name: p.replace(annotation=hints[name]) for name, p in found.items()}


def needed(those: Iterable[Parameter]) -> list[str]:
    """The names of those that have no default."""
    return [p.name for p in those if p.default is p.empty]


def without_none(wanted: Any) -> Any:
    """The type itself of one that may be None."""
    if get_origin(wanted) not in (Union, types.UnionType):
        return wanted
    return next(part for part in get_args(wanted) if part is not type(None))


def schema(wanted: Any) -> dict[str, Any]:
    """The JSON Schema of a type."""
    if (plain := without_none(wanted)) is not wanted:
        inner = schema(plain)
        return inner | {"type": [inner["type"], "null"]}
    origin, inside = get_origin(wanted), get_args(wanted)
    if origin is Literal:
        return {"type": "string", "enum": list(inside)}
    if origin is list:
        return {"type": "array", "items": schema(inside[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": schema(inside[1])}
    if wanted is bytes:
        return {"type": "string", "format": "binary"}
    if wanted is datetime:
        return {"type": "string", "format": "date-time"}
    return {"type": _SCALARS[wanted][0]}


def read(value: Any, wanted: Any) -> Any:
    """The value, if it is of that type; ValueError says for a person what it must be."""
    if (plain := without_none(wanted)) is not wanted:
        return None if value is None else read(value, plain)
    origin, inside = get_origin(wanted), get_args(wanted)
    if origin is Literal:
        if value not in inside:
            raise ValueError(f"This must be one of: {', '.join(map(str, inside))}.")
        return value
    if origin is list:
        if not isinstance(value, list):
            raise ValueError("This must be a list.")
        return [read(item, inside[0]) for item in value]
    if origin is dict:
        if not isinstance(value, dict):
            raise ValueError("This must be an object.")
        return {name: read(item, inside[1]) for name, item in value.items()}
    if wanted is bytes:
        return value
    return _instant(value) if wanted is datetime else _scalar(value, wanted)


def _scalar(value: Any, wanted: type) -> Any:
    if wanted is int and isinstance(value, float) and value.is_integer():
        return int(value)  # JSON knows one kind of number
    fits = isinstance(value, int | float if wanted is float else wanted)
    if not fits or (isinstance(value, bool) and wanted is not bool):
        raise ValueError(_SCALARS[wanted][1])
    if isinstance(value, str) and len(value) > LONGEST:
        raise ValueError(f"At most {LONGEST:,} characters.")
    return value


def _instant(value: Any) -> datetime:
    try:
        return from_text(value)
    except (TypeError, ValueError):
        words = "This must be an instant with its zone, as 2026-11-02T09:00:00Z."
        raise ValueError(words) from None
