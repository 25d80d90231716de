"""What a listener knows once it has been told everything that was committed before."""

import queue
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import grpc
from google.protobuf.json_format import MessageToDict, ParseDict

from emulators.conformance.differential.answers import DATABASE
from emulators.conformance.differential.wire import PATIENCE, Json, Wire
from emulators.firestore.messages import ListenRequest, ListenResponse, TargetChange

SENTINEL = f"{DATABASE}/documents/sync/sentinel"
"""The document that is written to learn when a listener has been told all that went before."""

_WATCHED, _SENTINEL = 1, 2
_NAMES = {code.value[0]: code.name for code in grpc.StatusCode}


class Listener:
    """One stream that watches one target, and beside it the sentinel."""

    def __init__(self, wire: Wire, target: Mapping[str, Any], database: str, sentinel: str) -> None:
        self._wire = wire
        self._target = target
        self._database = database
        self._sentinel = sentinel
        self._known: dict[str, Json] = {}
        self._current: set[int] = set()
        self._refused: Json = {}
        self._token = ""
        self._open()

    def resume(self) -> None:
        """Hang up, and call again from where the last snapshot was."""
        self.close()
        self._open({"resume_token": self._token} if self._token else {})

    def heard(self, version: str) -> Json:
        """What is known once the sentinel was told at this update time, as an answer."""
        self._listen_until(lambda: self._told_of == version)
        # Everything is consistent again at the next change of targets.
        self._listen_until(lambda: self._kind == "target_change")
        if self._refused:
            return self._refused
        return {"code": "OK", "responses": [self._known[name] for name in sorted(self._known)]}

    def close(self) -> None:
        """End the stream."""
        self._requests.put(None)
        self._call.cancel()

    def _open(self, resumed: Mapping[str, Any] | None = None) -> None:
        self._requests: queue.Queue[ListenRequest | None] = queue.Queue()
        self._events: queue.Queue[Any] = queue.Queue()
        self._kind = self._told_of = ""
        self._current.clear()
        self._add({**self._target, "target_id": _WATCHED, **(resumed or {})})
        self._add({"documents": {"documents": [self._sentinel]}, "target_id": _SENTINEL})
        self._call = self._wire.listen(iter(self._requests.get, None), self._database)
        threading.Thread(target=_read, args=(self._call, self._events), daemon=True).start()
        # A change made before is not told by Google's emulator, now and then.
        self._listen_until(lambda: _SENTINEL in self._current)

    def _add(self, target: Mapping[str, Any]) -> None:
        wanted = {"database": self._database, "add_target": target}
        self._requests.put(ParseDict(wanted, ListenRequest()))

    def _listen_until(self, fact: Callable[[], bool]) -> None:
        """Take in what is told until the fact holds, or the target is refused."""
        while not self._refused and not fact():
            event = self._next()
            if isinstance(event, grpc.RpcError):
                self._refused = {"code": event.code().name, "message": event.details() or ""}
            elif event is None:
                self._refused = {"code": "DEADLINE_EXCEEDED", "message": "Nothing more was told."}
            else:
                self._fold(event)

    def _next(self) -> Any:
        try:
            return self._events.get(timeout=PATIENCE)
        except queue.Empty:
            return None

    def _fold(self, event: ListenResponse) -> None:
        self._kind = str(event.WhichOneof("response_type"))
        if self._kind == "target_change":
            self._changed(event.target_change)
        elif self._kind == "document_change":
            self._told(event.document_change)
        elif self._kind in ("document_delete", "document_remove"):
            gone = getattr(event, self._kind)
            if _WATCHED in gone.removed_target_ids:
                self._known.pop(gone.document, None)

    def _changed(self, change: Any) -> None:
        concerned = not change.target_ids or _WATCHED in change.target_ids
        if concerned and change.resume_token:
            self._token = MessageToDict(change)["resumeToken"]
        if change.target_change_type == TargetChange.CURRENT:
            self._current.update(change.target_ids)
        if _WATCHED not in change.target_ids:
            return
        if change.target_change_type == TargetChange.RESET:
            self._known.clear()
        elif change.target_change_type == TargetChange.REMOVE:
            name = _NAMES.get(change.cause.code, "OK")
            self._refused = {"code": name, "message": change.cause.message}

    def _told(self, change: Any) -> None:
        document = MessageToDict(change.document, preserving_proto_field_name=True)
        if _WATCHED in change.target_ids:
            self._known[change.document.name] = document
        elif _WATCHED in change.removed_target_ids:
            self._known.pop(change.document.name, None)
        if change.document.name == self._sentinel:
            self._told_of = document["update_time"]


def _read(call: Iterator[ListenResponse], events: "queue.Queue[Any]") -> None:
    try:
        for event in call:
            events.put(event)
    except grpc.RpcError as error:
        events.put(error)
