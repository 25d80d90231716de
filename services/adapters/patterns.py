"""Regular expressions that somebody typed, matched by an engine that cannot backtrack.

Python's own engine takes time that doubles with each letter for some patterns, and nothing else
runs meanwhile. Rust's (crate `regex`, through pydantic-core, which the model's client needs anyway)
takes time in proportion to the text, and means the same by `\\w`, `\\b` and small letters, in
every script. It has no look-around and no references back.
"""

from collections.abc import Callable
from functools import lru_cache

from services.errors import Unreadable

#: Patterns that an instance keeps ready.
_KEPT = 500


def read(pattern: str) -> Callable[[str], bool]:
    """Whether a text holds the pattern, in small or capital letters. Raises `Unreadable`."""
    found = _read(pattern)
    if isinstance(found, Unreadable):
        raise found
    return found


@lru_cache(maxsize=_KEPT)
def _read(pattern: str) -> Callable[[str], bool] | Unreadable:
    # Only where somebody has typed a pattern does an instance pay for the import.
    from pydantic_core import (  # noqa: PLC0415 (as said above)
        SchemaError,
        SchemaValidator,
        core_schema,
    )

    schema = core_schema.str_schema(pattern=f"(?i){pattern}", regex_engine="rust-regex")
    try:
        return SchemaValidator(schema).isinstance_python
    except SchemaError as error:
        return Unreadable(str(error).rpartition("rror: ")[2].strip().rstrip("."))
