"""Hostile text made storable, without changing what it says."""

import math
import re
from typing import Any

#: What UTF-8 or Firestore cannot hold: lone halves of surrogate pairs, and NUL.
_UNSTORABLE = re.compile("[\ud800-\udfff\x00]")
#: Deeper nesting is cut: Firestore stores 20 levels, and no event of Meta's needs as many.
_MAX_DEPTH = 12


def clean_text(text: str) -> str:
    """`text` with U+FFFD in the place of every character that cannot be stored."""
    return _UNSTORABLE.sub("\ufffd", text)


def clean_json(value: Any, depth: int = 0) -> Any:
    """Any parsed JSON, made storable: cleaned text, bounded numbers, bounded depth."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else str(value)
    if depth >= _MAX_DEPTH:
        return "…"
    if isinstance(value, dict):
        return {clean_text(str(k)) or "_": clean_json(v, depth + 1) for k, v in value.items()}
    return [_unnested(clean_json(item, depth + 1)) for item in value]


def _unnested(value: Any) -> Any:
    # Firestore refuses a list directly inside a list.
    return {"items": value} if isinstance(value, list) else value
