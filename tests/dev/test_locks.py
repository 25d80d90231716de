"""The locks hold all that is needed, on every Python and platform, and are what is installed."""

import functools
import importlib.metadata
import itertools
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name

from deploy import wanted
from devtools import ROOT, locks
from devtools.stop import Stop

MACHINES = (("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "x86_64"), ("darwin", "arm64"))
EVERYWHERE = list(itertools.product(locks.pythons(), MACHINES))
#: What comes with an environment, whatever is installed into it.
OF_VENV = {"pip", "setuptools"}


def test_what_is_installed_is_what_is_locked() -> None:
    here = {*_holding(locks.DEVELOPMENT, _here())}
    installed = importlib.metadata.distributions(path=[p for p in sys.path if "site-packages" in p])
    found = {canonicalize_name(one.name): one.version for one in installed}
    assert {name: found[name] for name in found if name not in OF_VENV} == {
        canonicalize_name(locked.name): _version(locked) for locked in here
    }


@pytest.mark.parametrize("lock", locks.LOCKS, ids=lambda path: path.stem)
def test_every_locked_package_has_hashes_and_the_file_names_no_host(lock: Path) -> None:
    assert all(pin.hashes for pin in locks.pins(lock))
    assert len(locks.pins(lock)) >= 25
    lines = lock.read_text(encoding="utf-8").splitlines()
    assert not [line for line in lines if line.startswith("-") or "://" in line or "@" in line]


def test_a_package_is_the_same_in_deployment_and_in_the_tests() -> None:
    assert {*locks.pins(locks.RUNTIME)} <= {*locks.pins(locks.DEVELOPMENT)}


@pytest.mark.parametrize(("python", "machine"), EVERYWHERE, ids=str)
@pytest.mark.parametrize("lock", [locks.RUNTIME, locks.DEVELOPMENT], ids=lambda path: path.stem)
def test_the_lock_answers_every_need_and_nothing_else(
    lock: Path, python: str, machine: tuple[str, str]
) -> None:
    env = _there(python, *machine)
    locked = {canonicalize_name(one.name): one for one in _holding(lock, env)}
    unanswered, needed = _follow(_direct(lock.with_suffix(".in")), locked, env)
    assert unanswered == [], "run ./dev lock"
    assert needed == {*locked}, "run ./dev lock"
    assert len(locked) == len(list(_holding(lock, env)))


def test_the_tools_are_the_versions_that_their_file_names() -> None:
    named = {canonicalize_name(one.name): one for one in _direct(locks.TOOLS.with_suffix(".in"))}
    locked = {canonicalize_name(pin.name): pin.version for pin in locks.pins(locks.TOOLS)}
    assert all(one.specifier.contains(locked[name]) for name, one in named.items())


def test_every_direct_need_is_one_version() -> None:
    for lock in locks.LOCKS:
        for need in _direct(lock.with_suffix(".in")):
            assert re.fullmatch(r"==[^*,]+", str(need.specifier)), need


def test_whatever_names_the_pythons_names_those_that_are_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    supported = SpecifierSet(project["project"]["requires-python"])
    minors = [f"3.{minor}" for minor in range(8, 30)]
    assert locks.pythons() == [python for python in minors if f"{python}.0" in supported]
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    assert str(locks.pythons()).replace("'", '"') in workflow
    first = tuple(map(int, locks.pythons()[0].split(".")))
    assert f"sys.version_info < {first}" in (ROOT / "dev").read_text(encoding="utf-8")
    assert wanted.RUNTIME in {f"python{python.replace('.', '')}" for python in locks.pythons()}


@pytest.mark.parametrize(
    "line", ["flask==3.1.3", "flask>=3 \\\n    --hash=sha256:" + "0" * 64, "<<<<<<< HEAD", "-e ."]
)
def test_a_line_without_version_and_hash_is_refused_by_name(tmp_path: Path, line: str) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text(f"# a comment\n{line}\n", encoding="utf-8")
    with pytest.raises(Stop, match=re.escape(line[:8])):
        locks.pins(lock)


def _here() -> dict[str, str]:
    return {name: str(value) for name, value in default_environment().items()}


def _there(python: str, system: str, machine: str) -> dict[str, str]:
    """What markers see on CPython there."""
    return _here() | {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "implementation_version": f"{python}.0",
        "sys_platform": system,
        "platform_system": system.capitalize(),
        "platform_machine": machine,
    }


def _direct(file: Path) -> Iterator[Requirement]:
    for line in file.read_text(encoding="utf-8").splitlines():
        need = re.sub(r"(^|\s)#.*", "", line)
        if need.startswith("-r "):
            yield from _direct((file.parent / need[3:]).with_suffix(".in"))
        elif need:
            yield Requirement(need)


def _holding(lock: Path, env: dict[str, str]) -> Iterator[Requirement]:
    for pin in locks.pins(lock):
        locked = Requirement(pin.requirement)
        if locked.marker is None or locked.marker.evaluate(env):
            yield locked


def _version(locked: Requirement) -> str:
    return str(locked.specifier).removeprefix("==")


def _follow(
    needs: Iterator[Requirement], locked: Mapping[NormalizedName, Requirement], env: dict[str, str]
) -> tuple[list[str], set[str]]:
    """Walk from the needs through what each package says it requires.

    Gives what is not locked as required, and the names of all that was passed.
    """
    unanswered: list[str] = []
    passed: set[str] = set()
    open_ = [(need, "") for need in needs]
    seen: set[tuple[str, str]] = set()
    while open_:
        need, extra = open_.pop()
        if need.marker and not need.marker.evaluate(env | {"extra": extra}):
            continue
        name = canonicalize_name(need.name)
        passed.add(name)
        answer = locked.get(name)
        if answer is None or not need.specifier.contains(_version(answer), prereleases=True):
            unanswered.append(f"{need} ({answer})")
            continue
        for wanted_extra in {"", *need.extras}:
            if (name, wanted_extra) not in seen:
                seen.add((name, wanted_extra))
                open_ += [(one, wanted_extra) for one in _required(name)]
    return unanswered, passed


@functools.cache
def _required(name: str) -> list[Requirement]:
    """What a package requires, as the version says that is installed here, if one is."""
    try:
        return [Requirement(one) for one in importlib.metadata.requires(name) or ()]
    except importlib.metadata.PackageNotFoundError:
        return []  # only other platforms get it
