"""`./dev test --store google`: Google's emulator lives as long as the run, and no longer."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.dev.conftest import ROOT, Dev

#: Like gcloud, a program whose child answers; the child here says no more than that it is there.
_GCLOUD = """#!{python} -IS
import subprocess, sys
words = dict(word.split("=", 1) for word in sys.argv if "=" in word)
assert "if false" in open(words["--rules"]).read()
server = "import socket, sys; s = socket.create_server(('127.0.0.1', int(sys.argv[1]))); s.accept()"
serving = "import time; time.sleep(600)"
port = words["--host-port"].rpartition(":")[2]
subprocess.run([sys.executable, "-IS", "-c", server + "; " + serving, port])
"""
_RUN = """
import signal
from devtools import google_emulator, processes
processes.interrupt_on_termination()
with google_emulator.running(2) as hosts:
    print(*hosts, flush=True)
    signal.pause()
"""


def _path(folder: Path, gcloud: str) -> str:
    """A PATH on which gcloud with its emulator and java are, both of them stand-ins."""
    (folder / "platform" / "cloud-firestore-emulator").mkdir(parents=True)
    (folder / "bin").mkdir()
    for name, program in (("gcloud", gcloud), ("java", "")):
        (folder / "bin" / name).write_text(program.format(python=sys.executable))
        (folder / "bin" / name).chmod(0o755)
    return f"{folder / 'bin'}"


@pytest.mark.parametrize("ends", [signal.SIGINT, signal.SIGTERM])
def test_however_a_run_ends_nothing_of_the_emulators_is_left(tmp_path: Path, ends: int) -> None:
    env = {"PATH": _path(tmp_path, _GCLOUD)}
    with subprocess.Popen(  # noqa: S603 (ours)
        [sys.executable, "-c", _RUN], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        hosts = run.stdout.readline().split()
        run.send_signal(ends)
        run.wait(30)
    assert len({*hosts}) == 2
    for host in hosts:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", int(host.rpartition(":")[2])), timeout=5)


def test_one_that_does_not_start_is_quoted(tmp_path: Path) -> None:
    env = {"PATH": _path(tmp_path, "#!{python} -IS\nprint('This needs Java 21')")}
    said = subprocess.run(  # noqa: S603 (ours)
        [sys.executable, "-c", _RUN],
        cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert "did not start" in said.stderr
    assert "This needs Java 21" in said.stderr


@pytest.mark.parametrize("missing", ["gcloud", "java", "platform/cloud-firestore-emulator"])
def test_what_is_missing_is_told_in_one_sentence_with_the_way_out(
    dev: Dev, tmp_path: Path, missing: str
) -> None:
    path = _path(tmp_path, "")
    gone = tmp_path / missing if "/" in missing else tmp_path / "bin" / missing
    gone.rename(tmp_path / "gone")
    said = dev("test", "--store", "google", PATH=path)
    assert (said.returncode, said.stdout, said.stderr.count("\n")) == (8, "", 1)
    assert "cloud-firestore-emulator" in said.stderr
