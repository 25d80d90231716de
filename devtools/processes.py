"""Starting other programs so that none of them outlives `./dev`."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import IO, NoReturn

from devtools import ROOT

#: What a test run must not find: it would lead to another store or to the real model.
OUTSIDE = (
    "FIRESTORE_EMULATOR_HOST",
    "CLOUD_TASKS_EMULATOR_HOST",
    "SECRET_MANAGER_EMULATOR_HOST",
    "GEMINI_API_KEY",
    "GOOGLE_API_KEY",
    "GOOGLE_GEMINI_BASE_URL",
    "GOOGLE_APPLICATION_CREDENTIALS",
)
LOOPBACK = "127.0.0.1,localhost,::1"


def environment(*, outside: bool) -> dict[str, str]:
    """The user's environment, fit for us; without `outside`, nothing in it leads elsewhere."""
    env = dict(os.environ)  # noqa: TID251 (a program's entry point)
    env.pop("PYTHONHOME", None)
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # else a test run compiles everything many times over
    env["PYTHONPATH"] = str(ROOT)  # a package of the same name elsewhere must not shadow ours
    env.setdefault("GRPC_VERBOSITY", "ERROR")  # else it tells of every server that goes away
    for name in ("NO_PROXY", "no_proxy"):
        env[name] = ",".join(filter(None, (env.get(name), LOOPBACK)))
    if not outside:
        for name in OUTSIDE:
            env.pop(name, None)
    return env


def become(command: Sequence[str], env: Mapping[str, str]) -> NoReturn:
    """Turn into `command`, in ROOT: signals then reach it directly and nothing is left behind."""
    os.chdir(ROOT)
    os.execve(command[0], list(command), dict(env))  # noqa: S606 (a fixed program of our .venv)


def run(command: Sequence[str], env: Mapping[str, str]) -> int:
    """Run `command` in ROOT to its end and give its exit code; an interruption ends it as well."""
    with started(command, env) as child:
        return child.wait()


@contextmanager
def started(
    command: Sequence[str], env: Mapping[str, str], says: IO[str] | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    """Start `command` in ROOT and end it, with all that it started, when the block is left.

    What it says goes to `says`, or to the user.
    """
    child = subprocess.Popen(  # noqa: S603 (fixed programs of our own)
        list(command),
        cwd=ROOT,
        env=dict(env),
        stdin=subprocess.DEVNULL,  # a question nobody sees would hang a build machine
        close_fds=False,  # only what was made inheritable on purpose is inherited
        stdout=says,
        stderr=subprocess.STDOUT if says else None,
        process_group=0,  # so that the child's own children can be ended with it
    )
    try:
        yield child
    finally:
        _end(child)


def interrupt_on_termination() -> None:
    """Make SIGTERM unwind the program as Ctrl-C does, so that children are ended.

    Ctrl-C too: a shell that started us in the background has it ignored.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _end(child: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):  # of the whole group nobody is left
        os.killpg(child.pid, signal.SIGTERM)
        try:
            child.wait(timeout=5)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
