"""Every query in the code has its index in firestore.indexes.json, and is found by reading."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy import firestore, wanted
from emulators.firestore.indexes import Catalog
from emulators.firestore.query import compile_query
from emulators.refused import Refused
from services.adapters.firestore.requests import query_message
from services.domain import paths
from services.domain.documents import Query

SERVICES = wanted.ROOT / "services"
CATALOG = Catalog.load(firestore.INDEXES_FILE)
#: Modules that put queries together from parts: their tests run them against the emulator, which
#: refuses a query without an index just the same. (A sum has an index with what it sums.)
ASSEMBLED = {
    "agent/budget",
    "maintenance/daily_stats",
    "office/inbox",
    "office/operate",
    "office/thread",
    "contacts/privacy",
    "maintenance/sweep",
}
#: What may be wrong with a query must not depend on the values in it.
_VALUES = {"in": ["a", "b"], "not-in": ["a"], "array_contains_any": ["a"]}


def _calls() -> Iterator[tuple[Path, ast.Call]]:
    for path in sorted(SERVICES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if named and node.func.id == "Query":  # type: ignore[attr-defined] # see `named`
                yield path, node  # type: ignore[misc] # see `named`


def _name(path: Path) -> str:
    return path.relative_to(SERVICES).with_suffix("").as_posix()


def _read(call: ast.Call) -> Query | None:
    """The query with made-up values; None where its fields cannot be read off the page."""
    words = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    collection = _collection(call.args[0])
    where, order = _where(words.get("where")), _order(words.get("order"))
    if collection is None or where is None or order is None or "nearest" in words:
        return None
    return Query(collection, where=where, order=order, limit=1, group="group" in words)


def _collection(node: ast.expr) -> str | None:
    """What `paths` says: a name, or a collection below a thread."""
    if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "paths":
        return str(getattr(paths, node.attr))
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "paths.messages":
        return paths.messages("x")
    return None


def _where(node: ast.expr | None) -> list[Any] | None:
    conditions = []
    for part in getattr(node, "elts", [] if node is None else [None]):
        if not isinstance(part, ast.Tuple) or not isinstance(part.elts[0], ast.Constant):
            return None
        operator = ast.literal_eval(part.elts[1])
        conditions.append((part.elts[0].value, operator, _VALUES.get(operator, "a")))
    return conditions


def _order(node: ast.expr | None) -> list[Any] | None:
    try:
        return [] if node is None else list(ast.literal_eval(node))
    except ValueError:
        return None


CALLS = [
    pytest.param(path, call, id=f"{_name(path)}:{call.lineno}")
    for path, call in _calls()
    if _name(path) not in ASSEMBLED
]


@pytest.mark.parametrize(("path", "call"), CALLS)
def test_a_query_has_its_index(path: Path, call: ast.Call) -> None:
    """The production's own rule, applied to what the code asks for."""
    query = _read(call)
    if query is None:
        assert "nearest" in ast.unparse(call) or isinstance(call.args[0], ast.Name), path
        return
    parent = "projects/p/databases/(default)/documents"
    folder = query.collection.rpartition("/")[0]
    message = query_message(query)
    CATALOG.check(compile_query(f"{parent}/{folder}" if folder else parent, message))


def test_most_queries_can_be_read() -> None:
    """Else this file would prove nothing."""
    assert sum(_read(call) is not None for _, call in _calls()) >= 20


def test_a_query_without_an_index_is_refused() -> None:
    """The rule says no where production would."""
    query = Query("messages", where=[("kind", "==", "a")], order=[("nowhere", "ASCENDING")])
    parent = "projects/p/databases/(default)/documents/conversations/x"
    with pytest.raises(Refused):
        CATALOG.check(compile_query(parent, query_message(query)))
