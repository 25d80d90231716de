"""Stored values in JSON's types."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.domain.text import Text, is_stored_text


def plain(value: Any) -> Any:
    """An instant by ISO 8601, a text as its sentence in English, and of bytes how many they are."""
    if isinstance(value, Text) or is_stored_text(value):
        return str(Text.of(value))
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, bytes):
        return f"({len(value)} bytes)"
    return value.isoformat() if isinstance(value, datetime) else value
