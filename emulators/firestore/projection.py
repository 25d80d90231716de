"""A document reduced to the fields that were asked for."""

from collections.abc import Iterable

from emulators.firestore import fieldpaths
from emulators.firestore.fieldpaths import DOCUMENT_NAME, Path
from emulators.firestore.messages import Document


def parse_mask(field_paths: Iterable[str]) -> tuple[Path, ...]:
    """The paths, parsed; INVALID_ARGUMENT if one is malformed. `__name__` asks for no field."""
    return tuple(fieldpaths.parse(text) for text in field_paths if text != DOCUMENT_NAME)


def project(document: Document, mask: Iterable[Path]) -> Document:
    """A new document of the same name and times with only the fields of the mask."""
    reduced = Document(
        name=document.name, create_time=document.create_time, update_time=document.update_time
    )
    for path in mask:
        value = fieldpaths.get(document.fields, path)
        if value is not None:
            fieldpaths.put(reduced.fields, path, value)
    return reduced
