"""Deterministic embeddings: texts that share words lie near each other."""

import hashlib
import math
import re
from collections.abc import Mapping
from typing import Any

_DEFAULT_LENGTH = 768
_WORD = re.compile(r"\w+")


def embed(text: str, length: int = _DEFAULT_LENGTH) -> list[float]:
    """A unit vector; each word and each of its three-letter pieces pulls it one way."""
    vector = [0.0] * length
    for word in _WORD.findall(text.casefold()) or [""]:
        for piece in [word, *(word[at : at + 3] for at in range(max(0, len(word) - 2)))]:
            digest = hashlib.sha256(piece.encode("utf-8", "surrogatepass")).digest()
            sign = 1.0 if digest[8] % 2 else -1.0
            vector[int.from_bytes(digest[:8], "big") % length] += sign
    norm = math.sqrt(sum(value * value for value in vector)) or 1.0
    return [value / norm for value in vector]


def embed_request(request: Mapping[str, Any]) -> dict[str, list[float]]:
    """The embedding for one embedContent request in camelCase."""
    texts = [part.get("text", "") for part in request.get("content", {}).get("parts", [])]
    length = request.get("outputDimensionality") or _nested_length(request) or _DEFAULT_LENGTH
    return {"values": embed(" ".join(texts), int(length))}


def _nested_length(request: Mapping[str, Any]) -> Any:
    return (request.get("embedContentConfig") or {}).get("outputDimensionality")
