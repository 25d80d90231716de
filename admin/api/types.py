"""Which JSON a type of Python stands for, read from a request and written to an answer."""

import types
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, get_args, get_origin

from services.domain.clean import clean_text
from services.domain.instants import from_text
from services.errors import Rejected

#: The longest text of any field; the services have limits of their own below it.
LONGEST = 20_000
#: Lists and objects in one another; no field needs half as many.
DEEPEST = 12
TOO_DEEP = "The body is nested too deeply."

_SCALARS: dict[type, tuple[str, str]] = {
    str: ("string", "This must be a text."),
    bool: ("boolean", "This must be true or false."),
    int: ("integer", "This must be a whole number."),
    float: ("number", "This must be a number."),
}


def storable(value: Any, depth: int = 0) -> Any:
    """Any parsed JSON with what no text can hold replaced; raises `Rejected` where it is too deep.

    Otherwise nothing is changed: what a value may be is judged by whoever takes it.
    """
    if depth > DEEPEST:
        raise Rejected(TOO_DEEP)
    if isinstance(value, dict):
        return {clean_text(name): storable(item, depth + 1) for name, item in value.items()}
    if isinstance(value, list):
        return [storable(item, depth + 1) for item in value]
    return clean_text(value) if isinstance(value, str) else value


def read(value: Any, wanted: Any) -> Any:
    """The value, if it is of that type; ValueError says for a person what it must be."""
    if isinstance(wanted, types.UnionType):
        inner, none = get_args(wanted)
        return None if value is None and none is type(None) else read(value, inner)
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


def schema(wanted: Any) -> dict[str, Any]:
    """The JSON Schema of a type."""
    if isinstance(wanted, types.UnionType):
        inner = schema(get_args(wanted)[0])
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


def plain(value: Any) -> Any:
    """The value in JSON's types."""
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value


def _scalar(value: Any, wanted: type) -> Any:
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
