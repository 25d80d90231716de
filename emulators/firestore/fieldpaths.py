"""Field paths: dotted, with backticks around segments that are no plain identifiers."""

import re
from collections.abc import Iterable, MutableMapping
from functools import lru_cache

import grpc

from emulators.firestore.messages import Value
from emulators.firestore.values import is_vector
from emulators.refused import Refused

Fields = MutableMapping[str, Value]
Path = tuple[str, ...]

DOCUMENT_NAME = "__name__"
"""The path by which queries speak of the document's own name."""

MAX_BYTES = 1_500
"""How long a field's path may be."""

_MAX_SEGMENTS = 20
_PLAIN = re.compile(r"[a-zA-Z_][a-zA-Z_0-9]*")
_SEGMENT = re.compile(r"([a-zA-Z_][a-zA-Z_0-9]*)|`((?:[^`\\]|\\.)+)`", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_RESERVED = re.compile(r"__.*__", re.DOTALL)


@lru_cache(maxsize=16_384)
def parse(text: str) -> Path:
    """The path's segments, unquoted; INVALID_ARGUMENT if no field can have this path.

    `__name__` alone is the document's own name; no other name of this kind is a field's.
    """
    segments = _segments(text)
    if len(segments) > _MAX_SEGMENTS:
        raise _invalid(f"paths must have at most {_MAX_SEGMENTS} elements")
    if len(".".join(segments).encode()) > MAX_BYTES:
        raise _invalid(f"property path is longer than {MAX_BYTES} bytes.")
    for segment in segments if segments != (DOCUMENT_NAME,) else ():
        if is_reserved(segment):
            raise _invalid(f"Invalid reserved name in field path {text}")
    return segments


def is_reserved(name: str) -> bool:
    """Whether no field may have this name."""
    return name.startswith("__") and _RESERVED.fullmatch(name) is not None


def _segments(text: str) -> Path:
    if not text:
        raise _invalid("Invalid empty property path string.")
    segments: list[str] = []
    at = -1
    while at < len(text):
        match = _SEGMENT.match(text, at + 1)
        if match is None or text[match.end() : match.end() + 1] not in ("", "."):
            raise _malformed(text)
        segments.append(match[1] or _ESCAPED.sub(r"\1", match[2]))
        at = match.end()
    return tuple(segments)


def quote(path: Iterable[str]) -> str:
    """The path as text that `parse` reads back."""
    return ".".join(map(_quoted, path))


def get(fields: Fields, path: Path) -> Value | None:
    """The value at the path; None if there is none. The value is not copied."""
    value = fields.get(path[0])
    for segment in path[1:]:
        if value is None or is_vector(value) or segment not in value.map_value.fields:
            return None
        value = value.map_value.fields[segment]
    return value


def put(fields: Fields, path: Path, value: Value) -> None:
    """Set the value at the path, making maps on the way in place of whatever is no map."""
    for segment in path[:-1]:
        inner = fields[segment]
        if inner.WhichOneof("value_type") != "map_value" or is_vector(inner):
            inner.map_value.Clear()
            inner.map_value.SetInParent()
        fields = inner.map_value.fields
    fields[path[-1]].CopyFrom(value)


def remove(fields: Fields, path: Path) -> None:
    """Remove what is at the path, if anything; the maps above it stay, even when empty."""
    for segment in path[:-1]:
        if segment not in fields or is_vector(fields[segment]):
            return
        fields = fields[segment].map_value.fields
    # A protobuf map's own pop would first add what is missing.
    if path[-1] in fields:
        del fields[path[-1]]


def apply_mask(old_fields: Fields, new_fields: Fields, mask: Iterable[str]) -> None:
    """Change `old_fields` in place: each path of the mask becomes what it is in `new_fields`.

    A path that `new_fields` lacks is removed; fields outside the mask stay as they were.
    """
    for text in mask:
        path = parse(text)
        value = get(new_fields, path)
        if value is None:
            remove(old_fields, path)
        else:
            put(old_fields, path, value)


def _quoted(segment: str) -> str:
    if _PLAIN.fullmatch(segment):
        return segment
    return "`" + segment.replace("\\", "\\\\").replace("`", "\\`") + "`"


def _malformed(text: str) -> Refused:
    return _invalid(
        f'Invalid property path "{text}". Unquoted property paths must match regex '
        r"([a-zA-Z_][a-zA-Z_0-9]*), and quoted property paths must match regex "
        r"(`(?:[^`\\]|(?:\\.))+`)"
    )


def _invalid(message: str) -> Refused:
    return Refused(grpc.StatusCode.INVALID_ARGUMENT, message)
