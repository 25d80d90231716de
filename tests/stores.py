"""Which Firestore the tests run on, and what is not to be expected of Google's emulator."""

import pytest

from tests.store_exceptions import EXCEPTIONS


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--store`; `./dev test --store google` starts the emulators and gives their addresses."""
    parser.addoption(
        "--store",
        default="",
        metavar="HOST[,HOST…]",
        help="an emulator of Google's at host:port, one for each worker, instead of our Firestore",
    )


@pytest.fixture(scope="session")
def store_host(pytestconfig: pytest.Config, worker_id: str) -> str:
    """The emulator that this worker has to itself; empty for our own Firestore."""
    named: str = pytestconfig.getoption("--store")
    if not named:
        return ""
    hosts = named.split(",")
    number = int(worker_id.removeprefix("gw")) if worker_id != "master" else 0
    if number >= len(hosts):
        raise pytest.UsageError("--store names fewer emulators than there are workers (-n).")
    return hosts[number]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On Google's emulator the exceptions, and they alone, are expected to fail."""
    if not config.getoption("--store"):
        return
    for item in items:
        for row in EXCEPTIONS:
            if row.names(item.nodeid):
                why = f"{row.why} [{row.source}]"
                item.add_marker(pytest.mark.xfail(reason=why, run=row.always, strict=True))
