"""`./dev lock`, `./dev audit`, `./dev licences`: what we install, and from whom."""

import importlib.metadata
import re
import sys
from pathlib import Path

from devtools import ROOT
from devtools.processes import environment, run
from devtools.stop import NOT_INSTALLED, Stop
from devtools.words import nothing_but_help

REQUIREMENTS = ROOT / "requirements.txt"
LOCK = ROOT / "requirements.lock"
LICENCES = ROOT / "docs" / "licences.md"
#: What locks and what audits; they live in environments of their own.
UV, AUDITOR = "uv==0.13.9", "pip-audit==2.10.1"

_LOCK_HEAD = """\
# Everything that a deployed function installs, pinned by hash, for every platform and Python 3.11
# or newer; ./dev deploy uploads it as requirements.txt. Made from there by `./dev lock`.
"""
_LICENCES_HEAD = """\
# Licences of what is deployed

One row for each package of `requirements.lock` that is installed on Linux, as it declares itself;
written by `./dev licences`. The vendored htmx (0BSD) and axe-core (MPL-2.0, tests only) carry their
licences beside them.

| package | version | licence |
|---|---|---|
"""


def lock(arguments: list[str]) -> int:
    """Write requirements.lock from requirements.txt."""
    says = "Pin everything that requirements.txt needs, by hash, in requirements.lock."
    nothing_but_help("lock", says, arguments)
    before = LOCK.read_bytes()
    uv = _tool(UV) / "uv"
    code = run(
        [
            *(str(uv), "pip", "compile", str(REQUIREMENTS), "--quiet", "--universal"),
            *("--python-version", "3.11", "--generate-hashes", "--upgrade"),
            *("--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"),
            *("--output-file", str(LOCK)),
        ],
        environment(outside=True),
    )
    if code:
        raise Stop("The requirements could not be locked; uv's own words stand above.")
    LOCK.write_text(_LOCK_HEAD + LOCK.read_text(encoding="utf-8"), encoding="utf-8")
    if LOCK.read_bytes() == before:
        print("requirements.lock is as it was: nothing newer fits requirements.txt.")
    else:
        print("requirements.lock has changed; look at it with git diff, then run the tests.")
    return 0


def audit(arguments: list[str]) -> int:
    """Ask the advisory database about every locked package; 1 if one is known to be unsafe."""
    nothing_but_help("audit", "Ask for known flaws of every locked package.", arguments)
    auditor = _tool(AUDITOR) / "pip-audit"
    words = ["--requirement", str(LOCK), "--disable-pip", "--require-hashes", "--strict"]
    return run([str(auditor), *words], environment(outside=True))


def licences(arguments: list[str]) -> int:
    """Write docs/licences.md from what the installed packages declare."""
    nothing_but_help("licences", "List the licences of what is deployed in the docs.", arguments)
    rows = [f"| {name} | {version} | {_licence(name)} |" for name, version in pins() if _here(name)]
    LICENCES.write_text(_LICENCES_HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    print(f"{len(rows)} packages listed in docs/licences.md.")
    return 0


def pins() -> list[tuple[str, str]]:
    """Name and version of everything in the lock."""
    return re.findall(
        r"^([A-Za-z0-9_.-]+)==([^ \\;]+)", LOCK.read_text(encoding="utf-8"), re.MULTILINE
    )


def _here(name: str) -> bool:
    try:
        importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _licence(name: str) -> str:
    metadata = importlib.metadata.metadata(name)
    classified = [
        text.rpartition(" :: ")[2]
        for text in metadata.get_all("Classifier") or ()
        if text.startswith("License ::")
    ]
    said = [*(metadata.get_all("License-Expression") or ()), *(metadata.get_all("License") or ())]
    declared = said[0].partition("\n")[0] if said else ""
    return declared or ", ".join(classified) or "not declared"


def _tool(pinned: str) -> Path:
    """The programs of one pinned tool, in an environment made for it."""
    folder = ROOT / ".cache" / pinned.replace("==", "-")
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        print(f"Installing {pinned} …", flush=True)
        venv = run(
            [sys.executable, "-m", "venv", "--clear", str(folder)], environment(outside=True)
        )
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        if venv or run([*pip, pinned], environment(outside=True)):
            raise Stop(f"{pinned} could not be installed; pip's own words above.", NOT_INSTALLED)
        (folder / "ready").write_text("")
    return folder / "bin"


if __name__ == "__main__":
    try:
        sys.exit({"audit": audit, "licences": licences, "lock": lock}[sys.argv[1]](sys.argv[2:]))
    except Stop as stop:
        print(f"dev: {stop}", file=sys.stderr)
        sys.exit(stop.code)
