"""Where the answers of two Firestores to one sequence differ."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from emulators.conformance.differential.player import WRITES
from emulators.conformance.differential.wire import Json


class Difference(NamedTuple):
    """One operation, by its place in the sequence, and the two answers to it."""

    place: int
    operation: Json
    ours: Json
    theirs: Json

    @property
    def rpc(self) -> str:
        """Which call was made; `Listen` for what a listener knows."""
        return str(self.operation.get("rpc", "Listen"))

    @property
    def request(self) -> Json:
        """What was asked, or what is listened to."""
        asked: Json = self.operation.get("request") or self.operation.get("target", {})
        return asked

    @property
    def query(self) -> Json:
        """The structured query of what was asked; empty where there is none."""
        wanted = self.request.get("structured_aggregation_query", self.request)
        query: Json = wanted.get("query", wanted).get("structured_query", {})
        return query

    @property
    def transforms(self) -> Iterator[Json]:
        """The field transforms of all writes that were asked for."""
        for write in self.request.get("writes", ()):
            yield from write.get("update_transforms", ())
            yield from write.get("transform", {}).get("field_transforms", ())

    @property
    def codes(self) -> tuple[str, str]:
        """Our code and theirs."""
        return self.ours["code"], self.theirs["code"]


def differences(
    operations: Sequence[Json], ours: Sequence[Json], theirs: Sequence[Json]
) -> Iterator[Difference]:
    """The differences in code or value, up to one that leaves different documents behind.

    What the servers say of a refusal in words is not compared.
    """
    targets: dict[str, Json] = {}
    for place, (operation, one, other) in enumerate(zip(operations, ours, theirs, strict=True)):
        label = operation.get("listener", "")
        targets[label] = operation.get("target") or targets.get(label, {})
        if _wordless(one) != _wordless(other):
            found = Difference(place, {**operation, "target": targets[label]}, one, other)
            yield found
            if found.rpc in WRITES and one["code"] != other["code"]:
                return


def without(answer: Json, *names: str) -> Json:
    """The answer without these keys, at any depth."""

    def strip(value: Any) -> Any:
        if isinstance(value, list):
            return [strip(each) for each in value]
        if isinstance(value, dict):
            return {key: strip(each) for key, each in value.items() if key not in names}
        return value

    stripped: Json = strip(answer)
    return stripped


def _wordless(answer: Json) -> str:
    # As text: to Python 0.0 and -0.0 are equal, and so are 1 and 1.0.
    return json.dumps({**answer, "message": ""}, sort_keys=True)
