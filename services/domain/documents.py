"""Writes, transforms and queries as plain values: what use cases say to the store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

#: By name; a `Text` is kept as its `stored` says.
Fields = Mapping[str, Any]
F = TypeVar("F", bound=Fields)


@dataclass(frozen=True, slots=True)
class Increment:
    """Add `by` to the number that is stored; a missing one counts as zero."""

    by: int


@dataclass(frozen=True, slots=True)
class Minimum:
    """Keep the smaller of the stored number and `value`."""

    value: int


@dataclass(frozen=True, slots=True)
class Maximum:
    """Keep the larger of the stored number and `value`."""

    value: int


@dataclass(frozen=True, slots=True)
class Union:
    """Add `items` to the stored list, those that it does not hold yet."""

    items: tuple[Any, ...]


class ServerTime:
    """The instant at which the store commits."""


SERVER_TIME = ServerTime()


class Removed:
    """The field is taken out of the document."""


REMOVED = Removed()


@dataclass(frozen=True, slots=True)
class Create:
    """A new document; the whole commit is refused with `AlreadyStored` if it exists."""

    path: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class Merge:
    """Set these fields, leave the others, create the document where it is missing."""

    path: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class Update:
    """Replace these fields of a document that must exist."""

    path: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove a document; no matter whether it exists."""

    path: str


Write = Create | Merge | Update | Delete


class Path(str, Generic[F]):
    """Where one document is stored; `F` holds the names and types of its fields.

    The only way to a write of fields, so that mypy reads every one of them.
    """

    __slots__ = ()

    def create(self, fields: F) -> Create:
        """The document, if there is none."""
        return Create(self, fields)

    def merge(self, fields: F) -> Merge:
        """These fields of it, whether or not it exists."""
        return Merge(self, fields)

    def update(self, fields: F) -> Update:
        """These fields of it, if it exists."""
        return Update(self, fields)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A document as it was read; `fields` is None where none is stored."""

    path: str
    fields: dict[str, Any] | None

    @property
    def id(self) -> str:
        """The last segment of the path."""
        return self.path.rpartition("/")[2]


Operator = Literal[
    "==", "!=", "<", "<=", ">", ">=", "in", "not-in", "array_contains", "array_contains_any"
]


@dataclass(frozen=True, slots=True)
class Nearest:
    """The documents whose vector in `field` is nearest to `vector`, by the cosine."""

    field: str
    vector: Sequence[float]
    farthest: float = 1.0  #: cosine distance: 0 for the same direction, 1 for unrelated


@dataclass(frozen=True, slots=True)
class Query:
    """Documents of a collection (or of all collections of that id, `group`)."""

    collection: str
    where: Sequence[tuple[str, Operator, Any]] = ()
    order: Sequence[tuple[str, Literal["ASCENDING", "DESCENDING"]]] = ()
    limit: int | None = None
    group: bool = False
    after: Sequence[Any] = field(default=())
    nearest: Nearest | None = None  #: ordered by the distance instead; needs a limit


def vector(values: Sequence[float]) -> Fields:
    """A vector as Firestore's clients write one (Firestore documentation, Vector search)."""
    return {"__type__": "__vector__", "value": [float(value) for value in values]}
