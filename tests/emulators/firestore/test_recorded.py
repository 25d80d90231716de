"""Our emulator answers recorded sequences as Google's did, but for what the table explains."""

from collections.abc import Iterator

import pytest

from emulators.conformance.differential import recorded
from emulators.conformance.differential.accepted import TABLE, accepting
from emulators.conformance.differential.compare import Difference, differences
from emulators.conformance.differential.player import play
from emulators.conformance.differential.wire import Json, Wire
from emulators.firestore.engine import Engine

KEPT = [*recorded.load(recorded.MENDED), *recorded.load(recorded.DRAWN)]


@pytest.fixture(scope="module")
def wire(ticking: tuple[Engine, str]) -> Iterator[Wire]:
    connected = Wire(ticking[1])
    yield connected
    connected.close()


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept.name)
def test_the_answers_are_those_of_google_s_emulator(kept: recorded.Kept, wire: Wire) -> None:
    found = differences(kept.operations, play(wire, kept.operations), kept.answers)
    assert not [each for each in found if accepting(each) is None]


def test_every_row_of_the_table_says_who_is_right() -> None:
    assert all(row.source for row in TABLE)
    assert len({row.name for row in TABLE}) == len(TABLE)


def test_a_difference_of_signs_or_types_is_one() -> None:
    asked: list[Json] = [{"rpc": "GetDocument", "request": {}}] * 2
    ours = [{"code": "OK", "responses": [{"n": 0.0}]}, {"code": "OK", "responses": [{"n": 1}]}]
    theirs = [{"code": "OK", "responses": [{"n": -0.0}]}, {"code": "OK", "responses": [{"n": 1.0}]}]
    assert [each.place for each in differences(asked, ours, theirs)] == [0, 1]


def test_words_are_not_compared_and_after_a_write_that_went_elsewhere_nothing_is() -> None:
    refused = {"code": "NOT_FOUND", "message": "ours"}
    asked: list[Json] = [
        {"rpc": name, "request": {}} for name in ("GetDocument", "Commit", "RunQuery")
    ]
    ours: list[Json] = [refused, refused, {"code": "OK", "responses": []}]
    theirs: list[Json] = [
        {**refused, "message": "theirs"},
        {"code": "OK", "responses": []},
        refused,
    ]
    found = list(differences(asked, ours, theirs))
    assert [(each.rpc, each.codes) for each in found] == [("Commit", ("NOT_FOUND", "OK"))]
    assert isinstance(found[0], Difference)
