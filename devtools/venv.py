"""Builds `.venv` and keeps it equal to the pinned requirements."""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import sys

from devtools import ROOT
from devtools.processes import environment, run
from devtools.stop import NO_VENV, NOT_INSTALLED, Stop

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
#: Holds the hash of the installed requirements; absent while an installation is under way.
STAMP = VENV / "requirements.sha256"
PINS = (ROOT / "requirements.txt", ROOT / "requirements-dev.txt")


def ready() -> None:
    """Return with `.venv` as pinned, building or refreshing it if it is not; safe side by side."""
    with (ROOT / "dev").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = _wanted()
        if _installed() == wanted and os.access(PYTHON, os.X_OK):
            return
        if _installed() is None or not os.access(PYTHON, os.X_OK):
            _create()
        _install(wanted)


def _wanted() -> str:
    return hashlib.sha256(b"\0".join(pins.read_bytes() for pins in PINS)).hexdigest()


def _installed() -> str | None:
    return STAMP.read_text().strip() if STAMP.exists() else None


def _create() -> None:
    again = " again, for the last one is incomplete" if VENV.exists() else ""
    print(f"Building .venv with Python {sys.version.split()[0]}{again} …", flush=True)
    _require_venv_module()
    if VENV.is_symlink() or VENV.is_file():
        VENV.unlink()
    elif VENV.exists():
        shutil.rmtree(VENV)
    if run([sys.executable, "-m", "venv", str(VENV)], environment(outside=True)):
        raise Stop("Python could not build .venv here; its own words stand above.", NO_VENV)


def _require_venv_module() -> None:
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise Stop(
            f"This Python {version} comes without venv: on Debian or Ubuntu install it with "
            f"`sudo apt install python{version}-venv`, then start me again.",
            NO_VENV,
        )


def _install(wanted: str) -> None:
    print("Installing what requirements-dev.txt pins …", flush=True)
    STAMP.unlink(missing_ok=True)
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    code = run([*pip, "--no-input", "-r", str(PINS[1])], _pip_environment())
    if code:
        raise Stop(
            "pip could not install the requirements; its own words stand above. Mend the network "
            "or the pip configuration (`pip config list`) and start me again.",
            NOT_INSTALLED,
        )
    STAMP.write_text(wanted + "\n")
    print("Installed.", flush=True)


def _pip_environment() -> dict[str, str]:
    return environment(outside=True) | {"PIP_USER": "0"}  # a user-wide default breaks in a .venv
