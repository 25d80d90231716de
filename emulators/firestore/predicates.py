"""What a query inside a transaction locks: every document that it could have found."""

from emulators.firestore.conditions import EQUALITIES, disjuncts
from emulators.firestore.query import Query
from emulators.firestore.records import Record
from emulators.firestore.scope import Scope
from emulators.firestore.values import Key


class Predicate:
    """A query as a lock: it covers what is in its scope and matches its filter, limit ignored."""

    __slots__ = ("_fixed", "_query")

    def __init__(self, query: Query) -> None:
        self._query = query
        self._fixed = _fixed(query)

    def covers(self, record: Record | None) -> bool:
        """Whether the document belongs to what the query could find."""
        return record is not None and self._query.covers(record)

    def overlaps(self, other: "Predicate") -> bool:
        """Whether one document could belong to both; says yes when in doubt."""
        theirs = other._fixed  # noqa: SLF001 (same class)
        return _scopes_meet(self._query.scope, other._query.scope) and not any(  # noqa: SLF001 (same class)
            keys.isdisjoint(theirs[path]) for path, keys in self._fixed.items() if path in theirs
        )


def _scopes_meet(one: Scope, other: Scope) -> bool:
    ids = {one.collection_id, other.collection_id} - {None}
    if one.database != other.database or len(ids) > 1:
        return False
    if not one.all_descendants and not other.all_descendants:
        return one.parent == other.parent
    shorter = min(len(one.parent), len(other.parent))
    return one.parent[:shorter] == other.parent[:shorter]


def _fixed(query: Query) -> dict[str, frozenset[Key]]:
    """The fields for which every document found has one of a few values, and those values."""
    conjuncts = disjuncts(query.where) if query.where is not None else []
    if len(conjuncts) != 1:
        return {}
    return {each.path: frozenset(each.keys) for each in conjuncts[0] if each.op in EQUALITIES}
