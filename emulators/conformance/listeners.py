"""Listeners: what a client that watches is told, and when."""

# ruff: noqa: D103 (a row's name is its sentence)

import queue
from typing import Any

from google.cloud.firestore import FieldFilter

from emulators.conformance.behaviours import Place, Table, same

LISTENERS = Table()

LISTEN = "Firestore documentation, Get realtime updates"
PATIENCE = 10
"""Seconds until a snapshot that does not come is given up."""


class Told:
    """A callback that keeps what it is told."""

    def __init__(self) -> None:
        self._told: queue.Queue[tuple[list[Any], list[tuple[str, str]]]] = queue.Queue()

    def __call__(self, documents: list[Any], changes: list[Any], _: Any) -> None:
        """Keep one snapshot."""
        said = [(change.type.name, change.document.id) for change in changes]
        self._told.put(([document.to_dict() for document in documents], said))

    def next(self) -> tuple[list[Any], list[tuple[str, str]]]:
        """The documents and the changes of the next snapshot."""
        return self._told.get(timeout=PATIENCE)


@LISTENERS.row(LISTEN, streams=True)
def a_document_is_watched(at: Place) -> None:
    told = Told()
    watch = at.document().on_snapshot(told)
    try:
        same(told.next(), ([], []))
        at.document().set({"n": 1})
        same(told.next(), ([{"n": 1}], [("ADDED", "one")]))
        at.document().update({"n": 2})
        same(told.next(), ([{"n": 2}], [("MODIFIED", "one")]))
        at.document().delete()
        same(told.next(), ([], [("REMOVED", "one")]))
    finally:
        watch.unsubscribe()


@LISTENERS.row(LISTEN, streams=True)
def a_query_is_watched(at: Place) -> None:
    at.document("a").set({"n": 1})
    at.document("other").set({"n": 0})
    told = Told()
    watch = at.collection.where(filter=FieldFilter("n", ">", 0)).on_snapshot(told)
    try:
        same(told.next(), ([{"n": 1}], [("ADDED", "a")]))
        at.document("other").set({"n": -1})
        at.document("b").set({"n": 2})
        same(told.next(), ([{"n": 1}, {"n": 2}], [("ADDED", "b")]))
        at.document("a").set({"n": -1})
        same(told.next(), ([{"n": 2}], [("REMOVED", "a")]))
    finally:
        watch.unsubscribe()
