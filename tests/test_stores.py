"""The table of what is not expected of Google's emulator does not rot."""

import pytest

from tests.store_exceptions import EXCEPTIONS, StoreException


@pytest.mark.parametrize("row", EXCEPTIONS, ids=lambda row: row.tests)
def test_every_exception_names_a_test(row: StoreException, request: pytest.FixtureRequest) -> None:
    collected = [item.nodeid for item in request.session.items]
    file = row.tests.partition("::")[0]
    if not any(test.startswith(file) for test in collected):
        pytest.skip(f"{file} was not collected, so nothing can be said about its tests")
    assert any(row.names(test) for test in collected)
