"""Google's Firestore emulator as gcloud brings it, with our rules, while a test run lasts."""

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from devtools import ROOT, processes
from devtools.stop import NO_EMULATOR, Stop

#: Where it lies in gcloud's folder.
_COMPONENT = Path("platform", "cloud-firestore-emulator")
_INSTALL = (
    "`gcloud components install cloud-firestore-emulator` brings it, or your system's packages "
    "google-cloud-cli-firestore-emulator and default-jre-headless"
)
_PATIENCE_SECONDS = 60.0
_LOOK_SECONDS = 0.1


def command() -> list[str]:
    """What starts it, without its port; `Stop` says what is missing."""
    for program in ("gcloud", "java"):
        if shutil.which(program) is None:
            raise Stop(
                f"Google's emulator needs {program}, which is not on the PATH: {_INSTALL}.",
                NO_EMULATOR,
            )
    gcloud = Path(shutil.which("gcloud") or "").resolve()
    if not (gcloud.parents[1] / _COMPONENT).exists():
        raise Stop(f"gcloud is here without its Firestore emulator: {_INSTALL}.", NO_EMULATOR)
    rules = ROOT / "firestore.rules"
    return [str(gcloud), "emulators", "firestore", "start", "--quiet", f"--rules={rules}"]


@contextmanager
def running(number: int) -> Iterator[list[str]]:
    """So many emulators at free ports of this machine, as host:port; ended with the block.

    Raises `Stop` when one does not start, with what it said last.
    """
    start = command()
    with ExitStack() as stack:
        started = []
        for _ in range(number):
            host = f"127.0.0.1:{_free_port()}"
            said = stack.enter_context(tempfile.TemporaryFile("w+", errors="replace"))
            words = [*start, f"--host-port={host}"]
            child = processes.started(words, processes.environment(outside=False), said)
            started.append((host, stack.enter_context(child), said))
        for host, process, said in started:
            _await(host, process, said)
        yield [host for host, _, _ in started]


def _await(host: str, process: "subprocess.Popen[bytes]", said: IO[str]) -> None:
    name, _, port = host.partition(":")
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection((name, int(port)), timeout=1).close()
        except OSError:
            time.sleep(_LOOK_SECONDS)
        else:
            return
    said.seek(0)
    last = "\n".join(said.read().splitlines()[-5:])
    raise Stop(f"Google's emulator did not start at {host}. It says:\n{last}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
