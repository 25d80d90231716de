"""Single-field indexes: the automatic ones, and what field overrides make of them."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from emulators.firestore import fieldpaths
from emulators.firestore.fieldpaths import Path

ASCENDING = "ASCENDING"
DESCENDING = "DESCENDING"
CONTAINS = "CONTAINS"

_AUTOMATIC = frozenset((mode, "COLLECTION") for mode in (ASCENDING, DESCENDING, CONTAINS))
_ANY_FIELD = "*"

Entries = frozenset[tuple[str, str]]
"""(mode, query scope) of each single-field index of one field."""


class IndexField(NamedTuple):
    """A field in an index: its path and how the index holds it."""

    path: str
    mode: str

    def setting(self) -> dict[str, str]:
        """The mode, as `firestore.indexes.json` spells it."""
        return {"arrayConfig": self.mode} if self.mode == CONTAINS else {"order": self.mode}


class FieldIndexes:
    """Which single-field indexes each field has, and which field expires documents."""

    def __init__(self, entries: Mapping[tuple[str, str], Entries], ttl: Mapping[str, str]) -> None:
        self._entries = dict(entries)
        self.ttl_fields = dict(ttl)

    @classmethod
    def read(cls, overrides: Iterable[Mapping[str, Any]]) -> "FieldIndexes":
        """Read the `fieldOverrides` of `firestore.indexes.json`."""
        entries: dict[tuple[str, str], Entries] = {}
        ttl: dict[str, str] = {}
        for override in overrides:
            group, path = override["collectionGroup"], _canonical(override["fieldPath"])
            if override.get("ttl"):
                ttl[group] = path
            if "indexes" in override:
                entries[group, path] = frozenset(map(_entry, override["indexes"]))
        return cls(entries, ttl)

    def modes(self, group: str, path: str, scope: str) -> list[str]:
        """How single-field indexes of this scope hold the field."""
        found = self._of(group, path)
        return sorted(mode for mode, entry_scope in found if entry_scope == scope)

    def with_added(self, group: str, field: IndexField, scope: str) -> dict[str, Any]:
        """The field override that would add one index to those that the field has."""
        entries = sorted({*self._of(group, field.path), (field.mode, scope)}, key=_rank)
        return {
            "collectionGroup": group,
            "fieldPath": field.path,
            "indexes": [
                {**IndexField(field.path, mode).setting(), "queryScope": entry_scope}
                for mode, entry_scope in entries
            ],
        }

    def _of(self, group: str, path: str) -> Entries:
        """The field's own override, or its nearest map's, or that of all the group's fields."""
        segments = fieldpaths.parse(path)
        for wanted in (*_outwards(segments), _ANY_FIELD):
            if (group, wanted) in self._entries:
                return self._entries[group, wanted]
        return self._entries.get(("__default__", _ANY_FIELD), _AUTOMATIC)


def _outwards(segments: Path) -> list[str]:
    return [fieldpaths.quote(segments[:size]) for size in range(len(segments), 0, -1)]


def _canonical(path: str) -> str:
    return path if path == _ANY_FIELD else fieldpaths.quote(fieldpaths.parse(path))


def _entry(index: Mapping[str, str]) -> tuple[str, str]:
    mode = index.get("order") or index["arrayConfig"]
    return mode, index.get("queryScope", "COLLECTION")


def _rank(entry: tuple[str, str]) -> tuple[str, int]:
    mode, scope = entry
    return scope, (ASCENDING, DESCENDING, CONTAINS).index(mode)
