"""What is on the disk after the process is killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from google.api_core.exceptions import FailedPrecondition
from google.cloud.firestore import Client

from emulators.clock import SimClock
from emulators.firestore import inprocess
from emulators.firestore.engine import Engine


@contextmanager
def _process(data: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    command = [sys.executable, "-m", "emulators.firestore", "--port", "0", "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 (our own command)
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip().partition("=")[2]
        finally:
            process.kill()


def test_every_acknowledged_commit_survives_a_kill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _process(tmp_path) as (process, address):
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", address)
        client = Client(project="moca-local")
        for number in range(40):
            batch = client.batch()
            batch.set(client.document(f"c/{number}"), {"n": number})
            batch.set(client.document(f"d/{number}"), {"n": number})
            batch.commit()
        client.document("c/7").delete()
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    again = Engine(SimClock().now, store=tmp_path / "firestore.sqlite3")
    restored = inprocess.client(again, "moca-local")
    ones, others = (
        {found.id: found.get("n") for found in restored.collection(name).stream()} for name in "cd"
    )
    assert others == {str(number): number for number in range(40)}
    assert ones == {name: number for name, number in others.items() if name != "7"}
    again.close()


def test_times_go_on_rising_after_a_restart(tmp_path: Path, clock: SimClock) -> None:
    store = tmp_path / "firestore.sqlite3"
    engine = Engine(clock.now, store=store)
    document = inprocess.client(engine, "moca-local").document("c/a")
    for n in range(3):
        written = document.set({"n": n})
    engine.close()
    again = Engine(clock.now, store=store)
    document = inprocess.client(again, "moca-local").document("c/a")
    assert document.get().update_time == written.update_time
    assert str(document.set({"n": 9}).update_time) > str(written.update_time)
    again.close()


def test_a_commit_that_the_disk_refuses_leaves_nothing(tmp_path: Path, clock: SimClock) -> None:
    engine = Engine(clock.now, store=tmp_path / "firestore.sqlite3")
    client = inprocess.client(engine, "moca-local")
    client.document("c/a").set({"n": 1})
    engine.close()
    with pytest.raises(Exception, match="Cannot operate on a closed database"):
        client.document("c/a").set({"n": 2})
    assert client.document("c/a").get().get("n") == 1


def test_a_reset_empties_the_file_too(tmp_path: Path, clock: SimClock) -> None:
    store = tmp_path / "firestore.sqlite3"
    engine = Engine(clock.now, store=store)
    inprocess.client(engine, "moca-local").document("c/a").set({"n": 1})
    engine.reset()
    engine.close()
    again = Engine(clock.now, store=store)
    assert not inprocess.client(again, "moca-local").document("c/a").get().exists
    again.close()


@pytest.mark.parametrize("kept", [True, False])
def test_what_an_earlier_process_forgot_is_not_told_as_never_there(
    tmp_path: Path, clock: SimClock, *, kept: bool
) -> None:
    store = tmp_path / "firestore.sqlite3" if kept else None
    engine = Engine(clock.now, store=store)
    inprocess.client(engine, "moca-local").document("c/a").set({"n": 1})
    clock.advance(1)
    then = clock.now()
    clock.advance(1)
    engine.reset()
    engine.close()
    again = Engine(clock.now, store=store)
    with pytest.raises(FailedPrecondition, match="too old"):
        inprocess.client(again, "moca-local").document("c/a").get(read_time=then)
    again.close()


def test_a_file_belongs_to_one_process_at_a_time(tmp_path: Path, clock: SimClock) -> None:
    store = tmp_path / "firestore.sqlite3"
    Engine(clock.now, store=store).close()
    with _process(tmp_path) as (_, address):
        assert address
        with pytest.raises(
            RuntimeError, match=r"firestore\.sqlite3 cannot be opened, is it in use"
        ):
            Engine(clock.now, store=store)
    Engine(clock.now, store=store).close()
