"""Plays a sequence of operations on one Firestore, and gives the answers to compare."""

import secrets
from collections.abc import Sequence
from typing import Any

from emulators.conformance.differential.answers import DATABASE, Normal
from emulators.conformance.differential.listeners import SENTINEL, Listener
from emulators.conformance.differential.references import References
from emulators.conformance.differential.wire import Json, Wire

WRITES = frozenset(("Commit", "BatchWrite", "CreateDocument", "UpdateDocument", "DeleteDocument"))
_SKIPPED = {"code": "SKIPPED"}
_DONE = {"code": "OK", "responses": []}
_MOST_PAGES = 30


def play(wire: Wire, operations: Sequence[Json]) -> list[Json]:
    """The normalised answer to each operation.

    Everything happens in a project of its own. A write that would wait for the locks of an open
    transaction is not made: who gives way to whom is not what is compared.
    """
    played = _Played(wire, f"d{secrets.token_hex(6)}")
    try:
        return [played.answer(operation) for operation in operations]
    finally:
        played.close()


class _Played:
    """One sequence under way."""

    def __init__(self, wire: Wire, project: str) -> None:
        self._wire = wire
        self._normal = Normal(project)
        self._references = References()
        self._listeners: dict[str, Listener] = {}
        self._holding: set[str] = set()

    def answer(self, operation: Json) -> Json:
        """Carry out one operation."""
        local = self._normal.localised(operation)
        if "rpc" in operation:
            request = self._references.filled(local["request"])
            raw = self._called(local["rpc"], request, pages=local.get("pages", False))
            return self._normal.answer(local["rpc"], raw)
        return self._normal.answer("Listen", self._listened(local))

    def close(self) -> None:
        """End what is still open."""
        for listener in self._listeners.values():
            listener.close()

    def _called(self, rpc: str, request: Json, *, pages: bool) -> Json:
        if self._would_wait(rpc, request):
            return _SKIPPED
        answer = self._wire.call(rpc, request)
        for response in answer.get("responses", ()):
            self._references.note(response)
        self._note_locks(rpc, request, answer)
        return self._turned(rpc, request, answer) if pages else answer

    def _turned(self, rpc: str, request: Json, answer: Json) -> Json:
        """All pages from the first on, without what leads from one to the next."""
        pages: list[Json] = []
        while answer["code"] == "OK" and len(pages) < _MOST_PAGES:
            (page,) = answer["responses"]
            token = page.pop("next_page_token", None)
            pages.append(page)
            if token is None:
                # A page that was full need not have known that it was the last one.
                return {"code": "OK", "responses": [page for page in pages if page]}
            answer = self._wire.call(rpc, {**request, "page_token": token})
        return answer

    def _would_wait(self, rpc: str, request: Json) -> bool:
        """Whether the operation could meet the locks of a transaction that is still open."""
        writes = rpc in WRITES or _begins(rpc, request)
        return bool(self._holding) and writes and request.get("transaction") not in self._holding

    def _note_locks(self, rpc: str, request: Json, answer: Json) -> None:
        if rpc in ("Commit", "Rollback"):
            self._holding.discard(request.get("transaction", ""))
        elif _begins(rpc, request):
            self._holding.update(
                response["transaction"]
                for response in answer.get("responses", ())
                if response.get("transaction")
            )

    def _listened(self, operation: Json) -> Json:
        label = operation["listener"]
        if "target" in operation:
            target = self._references.filled(operation["target"])
            database, sentinel = self._normal.localised({"": [DATABASE, SENTINEL]})[""]
            self._listeners[label] = Listener(self._wire, target, database, sentinel)
        elif label not in self._listeners or self._holding:
            return _SKIPPED
        elif operation.get("resume"):
            self._listeners[label].resume()
        else:
            return self._listeners[label].heard(self._sentinel_written())
        return _DONE

    def _sentinel_written(self) -> str:
        """Change the sentinel; its new update time."""
        write = {
            "transform": {
                "document": SENTINEL,
                "field_transforms": [{"field_path": "n", "increment": {"integer_value": "1"}}],
            }
        }
        request = self._normal.localised({"database": DATABASE, "writes": [write]})
        (response,) = self._wire.call("Commit", request)["responses"]
        written: str = response["write_results"][0]["update_time"]
        return written


def _begins(rpc: str, request: dict[str, Any]) -> bool:
    """Whether the call opens a transaction that takes locks."""
    options = (
        request.get("options", {}) if rpc == "BeginTransaction" else request.get("new_transaction")
    )
    return options is not None and "read_only" not in options
