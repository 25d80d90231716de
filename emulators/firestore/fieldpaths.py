"""Field paths: dotted, with backticks around segments that are no plain identifiers."""

import re
from collections.abc import Iterable, MutableMapping
from functools import lru_cache

import grpc

from emulators.firestore.messages import Value
from emulators.refused import Refused

Fields = MutableMapping[str, Value]
Path = tuple[str, ...]

DOCUMENT_NAME = "__name__"
"""The path by which queries speak of the document's own name."""

_PLAIN = re.compile(r"[a-zA-Z_][a-zA-Z_0-9]*")
_SEGMENT = re.compile(r"([a-zA-Z_][a-zA-Z_0-9]*)|`((?:[^`\\]|\\.)+)`", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_MAX_BYTES = 1_500


@lru_cache(maxsize=16_384)
def parse(text: str) -> Path:
    """The path's segments, unquoted; INVALID_ARGUMENT if it is malformed."""
    if len(text.encode()) > _MAX_BYTES:
        raise _invalid(f"Field paths may not be longer than {_MAX_BYTES} bytes.")
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
    value: Value | None = None
    for segment in path:
        if segment not in fields:
            return None
        value = fields[segment]
        # An empty mapping stands for what has no fields, and any further segment misses in it.
        fields = value.map_value.fields
    return value


def put(fields: Fields, path: Path, value: Value) -> None:
    """Set the value at the path, making maps on the way in place of whatever is no map."""
    for segment in path[:-1]:
        inner = fields[segment]
        if inner.WhichOneof("value_type") != "map_value":
            inner.map_value.SetInParent()
        fields = inner.map_value.fields
    fields[path[-1]].CopyFrom(value)


def remove(fields: Fields, path: Path) -> None:
    """Remove what is at the path, if anything; the maps above it stay, even when empty."""
    for segment in path[:-1]:
        if segment not in fields:
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
        f'Invalid property path "{text}". Unquoted property names must match regex '
        r"([a-zA-Z_][a-zA-Z_0-9]*), and quoted property names must match regex "
        r"(`(?:[^`\\]|(?:\\.))+`)"
    )


def _invalid(message: str) -> Refused:
    return Refused(grpc.StatusCode.INVALID_ARGUMENT, message)
