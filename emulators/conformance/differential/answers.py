"""Answers in a form in which those of two servers can be equal: what each makes up is named anew.

A server's instants become `@0`, `@1`, … in the order in which they are first told (`@2<` is new but
not later than those before), what it says of its own present becomes `*`, and its ids, too.
"""

import json
from collections.abc import Mapping
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from emulators.conformance.differential.wire import Json
from emulators.firestore.instants import SECOND, from_timestamp

DATABASE = "projects/p/databases/(default)"
"""The database of every sequence as it is written down; it is played in one of its own."""

ROOT = f"{DATABASE}/documents"

_ANY = "*"
_LONG = 60  # characters
_RUN = 86_400 * SECOND  # longer than any sequence, and far from the instants that are drawn
_UNORDERED = frozenset(("BatchGetDocuments",))  # "not guaranteed to be … in the same order"
_VERSIONS = frozenset(("commit_time", "create_time", "update_time"))
_MADE_UP = frozenset(("read_time", "transaction", "next_page_token", "resume_token"))


class Normal:
    """Normalises the answers of one sequence, in their order."""

    def __init__(self, project: str) -> None:
        self._project = f"projects/{project}/"
        self._instants: dict[int, str] = {}

    def localised(self, operation: Json) -> Json:
        """The operation for the project in which it is played."""
        return _replaced(operation, "projects/p/", self._project)

    def answer(self, rpc: str, raw: Json) -> Json:
        """The answer without what is the server's own."""
        answer = _replaced(raw, self._project, "projects/p/")
        for response in answer.get("responses", ()):
            if "commit_time" in response and "write_results" not in response:
                response["commit_time"] = _ANY  # nothing happened then: it is no version's
        if "responses" in answer:
            answer["responses"] = [self._value("", each) for each in answer["responses"]]
            if rpc in _UNORDERED:
                answer["responses"].sort(key=_name_of)
            if rpc == "BatchWrite":
                _without_messages(answer["responses"])
        return answer

    def _value(self, name: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._value(key, value[key]) for key in sorted(value)}
        if isinstance(value, list):
            return [self._value(name, each) for each in value]
        if isinstance(value, str):
            return self._text(name, value)
        return value

    def _text(self, name: str, text: str) -> str:
        if name in _MADE_UP or text == _ANY:
            return _ANY
        if name in _VERSIONS:
            return self._version(text)
        if name == "timestamp_value" and self._is_of_this_run(text):
            return _ANY
        return text if len(text) <= _LONG else f"{text[:_LONG]}… ({len(text)} in all)"

    def _version(self, text: str) -> str:
        instant = _instant(text)
        if instant not in self._instants:
            late = "" if instant > max(self._instants, default=0) else "<"
            self._instants[instant] = f"@{len(self._instants)}{late}"
        return self._instants[instant]

    def _is_of_this_run(self, text: str) -> bool:
        """Whether a document holds an instant that only the server can have put there."""
        first = min(self._instants, default=0)
        return abs(_instant(text) - first) < _RUN and first > 0


def _instant(text: str) -> int:
    stamp = Timestamp()
    stamp.FromJsonString(text)
    return from_timestamp(stamp)


def _replaced(value: Json, old: str, new: str) -> Json:
    replaced: Json = json.loads(json.dumps(value).replace(old, new))
    return replaced


def _name_of(response: Mapping[str, Any]) -> str:
    return str(response.get("missing") or response.get("found", {}).get("name", ""))


def _without_messages(responses: list[Json]) -> None:
    for status in (each for response in responses for each in response.get("status", ())):
        status.pop("message", None)
