"""Secret Manager's API through Google's own client, on both transports, and its file."""

import stat
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.api_core import exceptions
from google.cloud.secretmanager_v1 import SecretManagerServiceClient
from google.cloud.secretmanager_v1.services.secret_manager_service import transports

from emulators.clock import SimClock
from emulators.cloud_tasks.engine import TasksEngine
from emulators.cloud_tasks.server import TasksServer
from emulators.loop import LoopThread
from emulators.secret_manager import inprocess
from emulators.secret_manager.crc32c import crc32c
from emulators.secret_manager.engine import SecretsEngine

Client = Any  # a client of Google: its hints leave out the dicts that it also takes
SECRET = "projects/p/secrets/ig-token"
V1 = f"{SECRET}/versions/1"
LATEST = f"{SECRET}/versions/latest"
AUTOMATIC: dict[str, Any] = {"replication": {"automatic": {}}}
CLOCK = SimClock(datetime(2026, 3, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[SecretsEngine, str]]:
    engine, loop = SecretsEngine(CLOCK.now), LoopThread()
    server = TasksServer(TasksEngine(CLOCK.now), engine, loop).start()
    yield engine, server.address
    server.stop()
    loop.stop()


@pytest.fixture(params=["grpc", "in process"])
def client(request: pytest.FixtureRequest, served: tuple[SecretsEngine, str]) -> Iterator[Client]:
    engine, address = served
    engine.reset()
    engine.put(SECRET, b"one")
    if request.param == "in process":
        yield inprocess.client(engine)
        return
    with grpc.insecure_channel(address) as channel:
        transport = transports.SecretManagerServiceGrpcTransport(channel=channel)
        yield SecretManagerServiceClient(transport=transport)


def add(client: Client, content: bytes, **payload: Any) -> Any:
    return client.add_secret_version(parent=SECRET, payload={"data": content, **payload})


def test_latest_is_the_newest_version(client: Client) -> None:
    assert add(client, b"two").name == f"{SECRET}/versions/2"

    answer = client.access_secret_version(name=LATEST)
    assert (answer.name, answer.payload.data) == (f"{SECRET}/versions/2", b"two")
    assert answer.payload.data_crc32c == crc32c(b"two")


def test_a_disabled_version_can_be_enabled_again(client: Client) -> None:
    assert client.disable_secret_version(name=V1).state.name == "DISABLED"
    with pytest.raises(exceptions.FailedPrecondition, match=r"is in DISABLED state\."):
        client.access_secret_version(name=V1)

    client.enable_secret_version(name=V1)
    assert client.access_secret_version(name=V1).payload.data == b"one"


def test_a_destroyed_version_stays_destroyed(client: Client) -> None:
    destroyed = client.destroy_secret_version(name=V1)

    assert (destroyed.state.name, destroyed.destroy_time) == ("DESTROYED", CLOCK.now())
    for call in (client.access_secret_version, client.enable_secret_version):
        with pytest.raises(exceptions.FailedPrecondition, match="DESTROYED"):
            call(name=V1)


def test_versions_are_listed_newest_first(client: Client) -> None:
    for number in range(2, 12):
        add(client, b"%d" % number)

    pager = client.list_secret_versions(request={"parent": SECRET, "page_size": 4})

    numbers = [int(version.name.rpartition("/")[2]) for version in pager]
    assert numbers == list(range(11, 0, -1))


def test_secrets_can_be_listed_and_deleted(client: Client) -> None:
    client.create_secret(parent="projects/p", secret_id="other", secret=AUTOMATIC)
    assert [found.name for found in client.list_secrets(parent="projects/p")] == [
        SECRET,
        "projects/p/secrets/other",
    ]

    client.delete_secret(name=SECRET)
    with pytest.raises(exceptions.NotFound):
        client.get_secret(name=SECRET)


INVALID, MISSING = exceptions.InvalidArgument, exceptions.NotFound
Call = Callable[[Client], Any]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda c: c.create_secret(parent="projects/p", secret_id="ig-token", secret=AUTOMATIC),
            exceptions.AlreadyExists,
            f"Secret [{SECRET}] already exists.",
        ),
        (lambda c: c.create_secret(parent="projects/p", secret_id="a", secret={}), INVALID, ""),
        (lambda c: c.create_secret(parent="p", secret_id="a", secret=AUTOMATIC), INVALID, ""),
        (lambda c: add(c, b""), INVALID, ""),
        (lambda c: add(c, b"x" * 65_537), INVALID, ""),
        (lambda c: add(c, b"x", data_crc32c=1), INVALID, ""),
        (
            lambda c: c.add_secret_version(parent=SECRET + "2", payload={"data": b"x"}),
            MISSING,
            f"Secret [{SECRET}2] not found.",
        ),
        (
            lambda c: c.access_secret_version(name=f"{SECRET}/versions/2"),
            MISSING,
            f"Secret Version [{SECRET}/versions/2] not found.",
        ),
        (
            lambda c: c.access_secret_version(name=f"{SECRET}2/versions/latest"),
            MISSING,
            f"Secret [{SECRET}2] not found or has no versions.",
        ),
        (lambda c: c.access_secret_version(name=f"{SECRET}/versions/0"), INVALID, ""),
        (lambda c: c.access_secret_version(name=SECRET), INVALID, ""),
        (
            lambda c: c.disable_secret_version(request={"name": V1, "etag": "x"}),
            exceptions.FailedPrecondition,
            "",
        ),
    ],
)
def test_what_production_refuses_is_refused(
    client: Client, call: Call, error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as refused:
        call(client)

    assert message in str(refused.value)


def test_the_checksum_is_castagnoli_s() -> None:
    assert crc32c(b"123456789") == 0xE3069283  # the check value of CRC-32C's definition


def test_the_file_is_private_and_brings_everything_back(tmp_path: Path) -> None:
    path = tmp_path / "kept" / "secrets.json"
    first = SecretsEngine(CLOCK.now, path)
    first.put(SECRET, b"\x00one")
    first.put(SECRET, b"two")
    first.destroy(V1)

    second = SecretsEngine(CLOCK.now, path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert second.access(LATEST) == first.access(LATEST)
    assert second.version(V1)[1].state == "DESTROYED"
    assert b64encode(b"two") in path.read_bytes()
    assert b64encode(b"\x00one") not in path.read_bytes()
    assert [found.name for found in path.parent.iterdir()] == ["secrets.json"]


def test_a_file_that_others_could_read_is_made_private(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    path.write_text('{"secrets": []}')
    path.chmod(0o644)
    SecretsEngine(SimClock().now, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", "[]", '{"secrets": [{}]}'])
def test_a_broken_file_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "secrets.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"secrets\.json is not a valid file of secrets"):
        SecretsEngine(SimClock().now, path)


def test_a_secret_is_gone_from_the_file_after_a_reset(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    engine = SecretsEngine(CLOCK.now, path)
    engine.put(SECRET, b"one")
    engine.reset()

    assert SecretsEngine(CLOCK.now, path).under("projects/p") == []
