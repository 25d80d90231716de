"""Resource names: databases, parents and documents, and the order of documents by name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import grpc

from emulators.refused import Refused

MAX_ID_BYTES = 1_500
MAX_NAME_BYTES = 6 * 1_024
MAX_DEPTH = 100
DATABASE_SEGMENTS = 4  # projects/{project}/databases/{database}

SegmentKey = tuple[int, int | str]
NameKey = tuple[str, tuple[SegmentKey, ...]]

_RESERVED = re.compile(r"__.*__", re.DOTALL)
_NUMERIC = re.compile(r"__id(0|-?[1-9][0-9]{0,18})__")
_INT64 = 1 << 63


@dataclass(frozen=True, slots=True)
class DocumentName:
    """The name of one document; equal and hashed by database and path.

    `database` is `projects/{project}/databases/{database}`; `path` alternates collection ids and
    document ids, beginning with a collection; `text` is the whole resource name.
    """

    database: str
    path: tuple[str, ...]
    text: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        text = f"{self.database}/documents/{'/'.join(self.path)}"
        object.__setattr__(self, "text", text)

    @property
    def collection_id(self) -> str:
        """The id of the collection that holds the document."""
        return self.path[-2]

    @property
    def document_id(self) -> str:
        """The last segment."""
        return self.path[-1]

    @property
    def collection_path(self) -> tuple[str, ...]:
        """The path of the collection that holds the document."""
        return self.path[:-1]

    @property
    def parent_path(self) -> tuple[str, ...]:
        """The path of the document above the collection; empty at the root."""
        return self.path[:-2]


@lru_cache(maxsize=65_536)
def parse_document(name: str) -> DocumentName:
    """The name's parts; INVALID_ARGUMENT if it does not name a document."""
    database, path = _split(name, "Document name")
    if not path or len(path) % 2:
        raise _invalid(
            f'Document name "{name}" does not name a document: '
            "after /documents/ it needs an even number of segments, at least two."
        )
    _check_path(name, path)
    return DocumentName(database, path)


@lru_cache(maxsize=4_096)
def parse_parent(parent: str) -> tuple[str, tuple[str, ...]]:
    """(database, path) of a document or of the root `…/documents`; INVALID_ARGUMENT otherwise."""
    database, path = _split(parent, "Document parent name")
    if len(path) % 2:
        raise _invalid(f'Document parent name "{parent}" names a collection, not a document.')
    _check_path(parent, path)
    return database, path


@lru_cache(maxsize=4_096)
def parse_database(name: str) -> str:
    """The database's name itself, checked; INVALID_ARGUMENT if it is none."""
    segments = name.split("/")
    _check_database(name, segments, "Database name")
    if len(segments) != DATABASE_SEGMENTS:
        raise _invalid(f'Database name "{name}" has an unexpected segment at index 4.')
    return name


def check_collection_id(collection_id: str) -> None:
    """INVALID_ARGUMENT if no collection can have this id."""
    if not collection_id or "/" in collection_id:
        raise _invalid(f'Collection id "{collection_id}" is invalid.')
    _check_id(collection_id, "Collection")


def segment_key(segment: str) -> SegmentKey:
    """Where one segment sorts: numeric ids by number and first, the others by UTF-8 bytes."""
    if segment.startswith("__id"):
        match = _NUMERIC.fullmatch(segment)
        if match and -_INT64 <= int(match[1]) < _INT64:
            return 0, int(match[1])
    return 1, segment


def name_key(database: str, path: Sequence[str]) -> NameKey:
    """Where a document sorts among all: by database, then segment by segment."""
    return database, tuple(map(segment_key, path))


def reference_key(reference: str) -> NameKey:
    """Where a reference sorts, be it well formed or not."""
    segments = reference.split("/")
    database = "/".join(segments[:DATABASE_SEGMENTS])
    return name_key(database, segments[DATABASE_SEGMENTS + 1 :])


def _split(name: str, what: str) -> tuple[str, tuple[str, ...]]:
    segments = name.split("/")
    _check_database(name, segments, what)
    if len(segments) == DATABASE_SEGMENTS or segments[DATABASE_SEGMENTS] != "documents":
        raise _invalid(f'{what} "{name}" lacks "documents" at index 4.')
    return "/".join(segments[:DATABASE_SEGMENTS]), tuple(segments[DATABASE_SEGMENTS + 1 :])


def _check_database(name: str, segments: list[str], what: str) -> None:
    for index, word in ((0, "projects"), (2, "databases")):
        if len(segments) <= index or segments[index] != word:
            raise _invalid(f'{what} "{name}" lacks "{word}" at index {index}.')
        if len(segments) <= index + 1 or not segments[index + 1]:
            raise _invalid(f'{what} "{name}" has an empty segment at index {index + 1}.')


def _check_path(name: str, path: tuple[str, ...]) -> None:
    if "" in path:
        index = DATABASE_SEGMENTS + 1 + path.index("")
        raise _invalid(f'Document name "{name}" contains an empty segment at index {index}.')
    for index, segment in enumerate(path):
        _check_id(segment, "Document" if index % 2 else "Collection")
    if len(path) > 2 * MAX_DEPTH:
        raise _invalid(f"Key path is too long. Cannot exceed {MAX_DEPTH} elements.")
    if len(name.encode()) > MAX_NAME_BYTES:
        raise _invalid(f"The document name is longer than {MAX_NAME_BYTES} bytes.")


def _check_id(segment: str, what: str) -> None:
    if segment in (".", ".."):
        raise _invalid(f'{what} id "{segment}" is invalid because it is "." or "..".')
    if segment.startswith("__") and _is_reserved(segment, numeric=what == "Document"):
        raise _invalid(f'{what} id "{segment}" is invalid because it is reserved.')
    if len(segment.encode()) > MAX_ID_BYTES:
        raise _invalid(f"The key path element name is longer than {MAX_ID_BYTES} bytes.")


def _is_reserved(segment: str, *, numeric: bool) -> bool:
    """Whether the id is kept back; a document's may be one of Datastore's numbers."""
    if numeric and segment_key(segment)[0] == 0:
        return False
    return _RESERVED.fullmatch(segment) is not None


def _invalid(message: str) -> Refused:
    return Refused(grpc.StatusCode.INVALID_ARGUMENT, message)
