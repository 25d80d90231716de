"""A document reduced to the fields that were asked for."""

from collections.abc import Iterable
from typing import Any

from emulators.firestore import fieldpaths
from emulators.firestore.fieldpaths import DOCUMENT_NAME, Path
from emulators.firestore.messages import Document


def parse_mask(field_paths: Iterable[str]) -> tuple[Path, ...]:
    """The paths, parsed; INVALID_ARGUMENT if one is malformed. `__name__` asks for no field."""
    return tuple(fieldpaths.parse(text) for text in field_paths if text != DOCUMENT_NAME)


def requested_mask(request: Any) -> tuple[Path, ...] | None:
    """The paths of the request's mask, or None where it has none and wants all fields."""
    return parse_mask(request.mask.field_paths) if request.HasField("mask") else None


def project(document: Document, mask: Iterable[Path] | None) -> Document:
    """The document, or a new one of the same name and times with only the fields of the mask."""
    if mask is None:
        return document
    reduced = Document(name=document.name)
    if document.HasField("update_time"):
        reduced.create_time.CopyFrom(document.create_time)
        reduced.update_time.CopyFrom(document.update_time)
    for path in mask:
        value = fieldpaths.get(document.fields, path)
        if value is not None:
            fieldpaths.put(reduced.fields, path, value)
    return reduced
