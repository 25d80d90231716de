"""What one operation takes from the answers before it, and what would be too long to write down.

In a request `{"$": "time", "nth": 2, "plus": 1}` stands for the third commit's time and a
microsecond, `{"$": "transaction", "nth": 0}` for the first transaction's id (both begin anew after
the last), `{"$": "text", "length": 1500}` for so many letters, and `{"$": "deep", "maps": 21}` for
a value in so many maps.
"""

import base64
from collections.abc import Mapping
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from emulators.firestore.instants import from_timestamp, to_timestamp

_NO_TRANSACTION = base64.b64encode(b"no transaction of anybody").decode()
_NO_TIME = 1_000_000  # microseconds: so long ago that nothing is kept of it


class References:
    """What the answers so far have named."""

    def __init__(self) -> None:
        self._transactions: list[str] = []
        self._times: list[str] = []

    def note(self, response: Mapping[str, Any]) -> None:
        """Remember what later operations may refer to."""
        if response.get("transaction"):
            self._transactions.append(response["transaction"])
        # Google's emulator tells no time of a commit without writes.
        if "commit_time" in response and "write_results" in response:
            self._times.append(response["commit_time"])

    def filled(self, request: Any) -> Any:
        """The request with everything in it that stood for something else."""
        if isinstance(request, list):
            return [self.filled(each) for each in request]
        if not isinstance(request, dict):
            return request
        if "$" in request:
            return self._meant(request)
        return {name: self.filled(each) for name, each in request.items()}

    def _meant(self, reference: Mapping[str, Any]) -> Any:
        kind = reference["$"]
        if kind == "transaction":
            return _nth(self._transactions, reference["nth"], _NO_TRANSACTION)
        if kind == "time":
            return self._time(reference["nth"], reference.get("plus", 0))
        if kind == "text":
            return "x" * reference["length"]
        return _deep(reference["maps"])

    def _time(self, nth: int, plus: int) -> str:
        stamp = Timestamp()
        stamp.FromJsonString(_nth(self._times, nth, to_timestamp(_NO_TIME).ToJsonString()))
        return to_timestamp(from_timestamp(stamp) + plus).ToJsonString()


def _nth(known: list[str], number: int, otherwise: str) -> str:
    return known[number % len(known)] if known else otherwise


def _deep(maps: int) -> dict[str, Any]:
    value: dict[str, Any] = {"integer_value": "1"}
    for _ in range(maps):
        value = {"map_value": {"fields": {"a": value}}}
    return value
