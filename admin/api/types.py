"""What a request may bring at all."""

from typing import Any

from services.domain.clean import clean_text
from services.errors import Rejected

#: Lists and objects in one another; no field needs half as many.
DEEPEST = 12
TOO_DEEP = "The body is nested too deeply."


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
