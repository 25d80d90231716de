"""What is locked, and for which Pythons: read from the locks and pyproject.toml."""

import re
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

from devtools import ROOT
from devtools.stop import NOT_INSTALLED, WRONG_PYTHON, Stop

#: What the deployed functions install; what the tests and `./dev check` need beside it, with it in
#: the same versions; what `./dev lock` and `./dev audit` run, apart from either.
RUNTIME, DEVELOPMENT, TOOLS = LOCKS = tuple(
    ROOT / f"requirements{part}.txt" for part in ("", "-dev", "-tools")
)
_SYSTEMS = {"linux": "Linux", "darwin": "macOS"}
_LINE = re.compile(
    r"(?P<requirement>(?P<name>[\w.-]+)(?:\[[\w,.-]+\])?==(?P<version>[^\s;]+)(?: ; [^#]+?)?)"
    r"(?P<hashes>(?: --hash=sha256:[0-9a-f]{64})+)"
)


class Pin(NamedTuple):
    """One package of a lock; `requirement` is the whole of it (PEP 508) without the hashes."""

    name: str
    version: str
    requirement: str
    hashes: frozenset[str]


def pins(lock: Path) -> list[Pin]:
    """Everything in a lock, in order; a package may stand there once for each platform.

    Raises `Stop` at a line that is no version with its hash: a hand's work, or a merge's.
    """
    text = re.sub(r" *\\\n *", " ", lock.read_text(encoding="utf-8"))
    return [_pin(lock, line) for line in text.splitlines() if line and not line.startswith("#")]


def _pin(lock: Path, line: str) -> Pin:
    match = _LINE.fullmatch(line)
    if match is None:
        raise Stop(
            f"{lock.name} does not lock {line[:60]!r} to a version and a hash: take the file from "
            "git again, or make it anew with `./dev lock`.",
            NOT_INSTALLED,
        )
    name, version, requirement = match.group("name", "version", "requirement")
    return Pin(name, version, requirement, frozenset(match["hashes"].split()))


def pythons() -> list[str]:
    """The Pythons that are locked for, oldest first: what pyproject.toml requires."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    first, beyond = map(int, re.findall(r"3\.(\d+)", project["requires-python"]))
    return [f"3.{minor}" for minor in range(first, beyond)]


def require_fit() -> None:
    """Raise `Stop` if this Python, or this system, is none that is locked for."""
    here, known = f"{sys.version_info.major}.{sys.version_info.minor}", pythons()
    if here not in known:
        raise Stop(
            f"This is Python {here}, and the packages are locked for {known[0]} to {known[-1]}: "
            f"start me with one of those, e.g. `python{known[-1]} dev up`.",
            WRONG_PYTHON,
        )
    if sys.platform not in _SYSTEMS:
        raise Stop(
            f"This is {sys.platform}, and the packages are locked for "
            f"{' and '.join(_SYSTEMS.values())}: start me there.",
            NOT_INSTALLED,
        )
