"""The whole table of behaviours, over the socket and in process."""

import pytest
from google.cloud.firestore import Client

from emulators.conformance.behaviours import Behaviour, place
from emulators.conformance.suite import BEHAVIOURS

PLAIN = [behaviour for behaviour in BEHAVIOURS if not behaviour.streams]
STREAMS = [behaviour for behaviour in BEHAVIOURS if behaviour.streams]


@pytest.mark.parametrize("behaviour", PLAIN, ids=lambda row: row.name)
def test_it_behaves_as_documented(behaviour: Behaviour, client: Client) -> None:
    behaviour.check(place(client))


@pytest.mark.parametrize("behaviour", STREAMS, ids=lambda row: row.name)
def test_it_streams_as_documented(behaviour: Behaviour, remote: Client) -> None:
    behaviour.check(place(remote))


def test_every_row_names_its_source_and_is_there_once() -> None:
    assert all(behaviour.source for behaviour in BEHAVIOURS)
    assert len({behaviour.name for behaviour in BEHAVIOURS}) == len(BEHAVIOURS)
