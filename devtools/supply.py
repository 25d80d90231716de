"""`./dev lock`, `./dev audit`, `./dev licences`: what we install, and from whom."""

import importlib.metadata
import itertools
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from devtools import ROOT, locks, venv
from devtools.processes import environment, run
from devtools.stop import Stop
from devtools.words import nothing_but_help

LICENCES = ROOT / "docs" / "licences.md"
#: Where wheels must be found: glibc 2.28 and macOS 11, each or newer.
_PLATFORMS = (
    *("x86_64-manylinux_2_28", "aarch64-manylinux_2_28"),
    *("x86_64-apple-darwin", "aarch64-apple-darwin"),
)
_OLDEST_MACOS = "11.0"
_LICENCES_HEAD = """\
# Licences of what is deployed

One row for each package of `requirements.txt` that is installed on Linux, as it declares itself;
written by `./dev licences`. The vendored htmx (0BSD) and axe-core (MPL-2.0, tests only) carry their
licences beside them.

| package | version | licence |
|---|---|---|
"""


def lock(arguments: list[str]) -> int:
    """Write each requirements*.txt from the .in beside it, newest fitting versions first.

    All of them or none: raises `Stop` if one cannot be locked, or lacks a wheel somewhere.
    """
    says = "Lock everything that the requirements*.in need, by version and hash, for all platforms."
    nothing_but_help("lock", says, arguments)
    uv = venv.made("tools", locks.TOOLS) / "uv"
    with tempfile.TemporaryDirectory(prefix="lock-", dir=venv.CACHE) as folder:
        new = [_compiled(uv, Path(folder), lock) for lock in locks.LOCKS]
        print("Looking for every wheel, on every Python and platform …", flush=True)
        if lacking := [place for lock in new[1:] for place in _lacking(uv, lock)]:
            raise Stop(
                f"There are not wheels of everything for {', '.join(lacking)}; uv's own words "
                "stand above: pin an older version in the .in, or mark it for other platforms."
            )
        changed = [lock.name for lock in new if not _as_it_was(lock)]
        for lock in new:
            lock.replace(ROOT / lock.name)
    if changed:
        print(f"{', '.join(changed)} changed: look at git diff, then run the tests.")
    else:
        print("The locks are as they were: nothing newer fits.")
    return 0


def _compiled(uv: Path, folder: Path, lock: Path) -> Path:
    """The new lock, in `folder`, where those that it builds on lie already."""
    needs = Path(shutil.copy(lock.with_suffix(".in"), folder))
    new = folder / lock.name
    code = run(
        [
            *(str(uv), "pip", "compile", str(needs), "--output-file", str(new), "--quiet"),
            *("--universal", "--python", sys.executable, "--python-version", locks.pythons()[0]),
            # pip 23.2 takes `google-auth` for another package than `google-auth[requests]`
            *("--generate-hashes", "--only-binary", ":all:", "--no-strip-extras", "--no-annotate"),
            *("--no-emit-index-url", "--no-emit-find-links"),
            *("--custom-compile-command", "./dev lock"),
        ],
        _uv_environment(folder),
    )
    if code:
        raise Stop(
            f"{needs.name} could not be locked; uv's own words stand above: mend the network, or "
            "what the file asks for."
        )
    return new


def _lacking(uv: Path, lock: Path) -> Iterator[str]:
    """Where not everything has a wheel; uv then says which package."""
    for python, platform in itertools.product(locks.pythons(), _PLATFORMS):
        code = run(
            [
                *(str(uv), "pip", "install", "--dry-run", "--quiet", "--requirement", str(lock)),
                *("--require-hashes", "--no-deps", "--only-binary", ":all:"),
                *("--python-version", python, "--python-platform", platform),
                *("--python", sys.executable, "--target", str(lock.parent / "nowhere")),
            ],
            _uv_environment(lock.parent),
        )
        if code:
            yield f"{lock.name} on Python {python}, {platform}"


def _uv_environment(empty: Path) -> dict[str, str]:
    """The user's environment without what leads uv to other files than the public index has."""
    ours = {
        name: value
        for name, value in environment(outside=True).items()
        if not name.startswith(("PIP_", "UV_"))
    }
    return ours | {"XDG_CONFIG_HOME": str(empty), "MACOSX_DEPLOYMENT_TARGET": _OLDEST_MACOS}


def _as_it_was(new: Path) -> bool:
    before = ROOT / new.name
    return before.exists() and before.read_bytes() == new.read_bytes()


def audit(arguments: list[str]) -> int:
    """Ask the advisory database about every locked package; 1 if one is known to be unsafe."""
    nothing_but_help("audit", "Ask for known flaws of every locked package.", arguments)
    auditor = venv.made("tools", locks.TOOLS) / "pip-audit"
    words = [str(auditor), "--disable-pip", "--require-hashes", "--strict", "--requirement"]
    # the development's lock has all of the runtime's; the tools' own versions may differ
    codes = [run([*words, str(lock)], environment(outside=True)) for lock in locks.LOCKS[1:]]
    return max(codes)


def licences(arguments: list[str]) -> int:
    """Write docs/licences.md from what the installed packages declare."""
    nothing_but_help("licences", "List the licences of what is deployed in the docs.", arguments)
    deployed = [pin for pin in locks.pins(locks.RUNTIME) if here(pin)]
    rows = [f"| {pin.name} | {pin.version} | {_licence(pin.name)} |" for pin in deployed]
    LICENCES.write_text(_LICENCES_HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    print(f"{len(rows)} packages listed in docs/licences.md.")
    return 0


def here(pin: locks.Pin) -> bool:
    """Whether this very version is installed: a lock also names what other platforms get."""
    try:
        return importlib.metadata.version(pin.name) == pin.version
    except importlib.metadata.PackageNotFoundError:
        return False


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


if __name__ == "__main__":
    sys.exit(licences(sys.argv[1:]))
