"""Environments that hold what a lock names and nothing else; `.venv` leads to that of the tests.

Each is built under a name of its own, made of the lock and the Python, and none is changed once it
is complete: a build that fails or is killed leaves the one in use as it was.
"""

import fcntl
import hashlib
import importlib.util
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devtools import ROOT, locks
from devtools.processes import environment, run
from devtools.stop import NO_VENV, NOT_INSTALLED, Stop

VENV = ROOT / ".venv"
CACHE = ROOT / ".cache"
#: What is kept of one name: going back to another branch, or Python, then costs nothing.
_KEPT = 3


def ready() -> Path:
    """Let `.venv` lead to what requirements-dev.txt locks; gives the interpreter there.

    The interpreter is named by where it lies, not by way of `.venv`: what runs keeps its packages
    when `.venv` comes to lead elsewhere. Safe side by side. Raises `Stop`.
    """
    with _alone():
        folder = _made("venv", locks.DEVELOPMENT)
        _lead_to(folder)
    return folder / "bin" / "python"


def made(name: str, lock: Path) -> Path:
    """The programs of an environment with what `lock` names; built if there is none.

    Safe side by side. Raises `Stop`.
    """
    with _alone():
        return _made(name, lock) / "bin"


@contextmanager
def _alone() -> Iterator[None]:
    with (ROOT / "dev").open() as file:
        os.set_inheritable(file.fileno(), True)  # a pip whose parent was killed still holds it
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _made(name: str, lock: Path) -> Path:
    locks.require_fit()
    folder = CACHE / f"{name}-{_digest(lock)}"
    if not _complete(folder):
        locks.pins(lock)  # refuses what is not locked before anything is fetched
        try:
            _build(folder, lock)
        finally:
            if not _complete(folder):
                shutil.rmtree(folder, ignore_errors=True)
        _forget_older(name)
    return folder


def _digest(lock: Path) -> str:
    """One word for all that an environment depends on; scripts in it name the place they lie in."""
    here = f"{sys.version} {platform.machine()} {ROOT}".encode()
    return hashlib.sha256(here + lock.read_bytes()).hexdigest()[:12]


def _complete(folder: Path) -> bool:
    return (folder / "ready").exists() and os.access(folder / "bin" / "python", os.X_OK)


def _build(folder: Path, lock: Path) -> None:
    _require_venv_module()
    print(f"Installing what {lock.name} locks, on Python {platform.python_version()} …", flush=True)
    if run([sys.executable, "-m", "venv", "--clear", str(folder)], environment(outside=True)):
        raise Stop(
            f"Python could not build {folder} here; its own words stand above: see to the disk, "
            "or start me with another Python.",
            NO_VENV,
        )
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
    install = [*pip, "install", "--quiet", "--no-input", "--require-hashes", "--no-deps"]
    # wheels alone: building another kind would fetch what no lock names
    if run([*install, "--only-binary=:all:", "-r", str(lock)], _pip_environment()):
        raise Stop(
            f"pip could not install what {lock.name} locks; its own words stand above: mend the "
            "network or what `pip config list` shows, or, if a hash does not match, do not trust "
            "that file: `pip cache purge`, then start me again.",
            NOT_INSTALLED,
        )
    if run([*pip, "check"], _pip_environment()):
        raise Stop(
            f"What {lock.name} locks does not fit together; pip's own words stand above: take the "
            "file from git again, or make it anew with `./dev lock`.",
            NOT_INSTALLED,
        )
    (folder / "ready").touch()
    print("Installed.", flush=True)


def _require_venv_module() -> None:
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise Stop(
            f"This Python {version} comes without venv: on Debian or Ubuntu install it with "
            f"`sudo apt install python{version}-venv`, then start me again.",
            NO_VENV,
        )


def _pip_environment() -> dict[str, str]:
    return environment(outside=True) | {"PIP_USER": "0"}  # a user-wide default breaks in a venv


def _forget_older(name: str) -> None:
    built = sorted(CACHE.glob(f"{name}-*"), key=lambda folder: folder.stat().st_mtime)
    for folder in built[:-_KEPT]:
        shutil.rmtree(folder)


def _lead_to(folder: Path) -> None:
    """Point `.venv` there in one step; a real folder of that name, as it was once, goes."""
    if VENV.is_symlink() and VENV.resolve() == folder:
        return
    if VENV.is_dir() and not VENV.is_symlink():
        shutil.rmtree(VENV)
    link = CACHE / "venv"
    link.unlink(missing_ok=True)
    link.symlink_to(folder.relative_to(ROOT))
    link.replace(VENV)
