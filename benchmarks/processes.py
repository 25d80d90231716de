"""Other programs that a benchmark starts, and what they cost the machine (Linux: /proc)."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[1]
_TICKS = os.sysconf("SC_CLK_TCK")
_PATIENCE_SECONDS = 60


@contextmanager
def program(
    *arguments: str, environ: Mapping[str, str] | None = None, log: IO[bytes] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """`python …`, ended when the block ends; both its ends are piped, or its words go to `log`."""
    env = {**environment(), **(environ or {})}
    with subprocess.Popen(  # noqa: S603 (our own interpreter and programs)
        [sys.executable, *arguments],
        stdin=subprocess.PIPE,
        stdout=log or subprocess.PIPE,
        stderr=log,
        text=True,
        cwd=ROOT,
        env=env,
    ) as running:
        try:
            yield running
        finally:
            running.terminate()


def environment() -> dict[str, str]:
    """Ours, without what would lead a client elsewhere."""
    kept = ("PATH", "HOME", "LANG", "GRPC_VERBOSITY")
    env = {name: os.environ[name] for name in kept if name in os.environ}  # noqa: TID251 (a program)
    return {**env, "PYTHONPATH": str(ROOT), "NO_PROXY": "127.0.0.1"}


def first_line(running: subprocess.Popen[str]) -> str:
    """What the program prints once it is ready."""
    assert running.stdout is not None  # noqa: S101 (it is piped)
    return running.stdout.readline().strip()


def cpu_seconds(pid: int) -> float:
    """What a process and its living descendants have used so far."""
    return sum(_own_seconds(each) for each in tree(pid))


def memory_mib(pid: int) -> float:
    """The resident memory of a process alone, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def tree(pid: int) -> list[int]:
    """A process and its descendants."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    return [pid, *(each for child in children for each in tree(int(child)))]


def free_port() -> int:
    """A port that nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def await_port(port: int) -> None:
    """Return once somebody listens there."""
    ends = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < ends:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.005)
    raise TimeoutError(f"Nothing listens on port {port} after {_PATIENCE_SECONDS} s.")


def _own_seconds(pid: int) -> float:
    # proc(5), stat: fields 14 and 15 are user and system time; the name may hold spaces.
    after_name = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / _TICKS
