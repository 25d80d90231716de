"""The real `dev` script, run as a user runs it."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dev.wheels import Shelf

ROOT = Path(__file__).resolve().parents[2]

Dev = Callable[..., subprocess.CompletedProcess[str]]


def run_dev(script: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a copy of `dev`, or the one of this repository, with nothing of our own environment."""
    return subprocess.run(  # noqa: S603 (our own script)
        [sys.executable, str(script), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={"PATH": "/usr/bin:/bin", "HOME": str(script.parent), **env},
    )


@pytest.fixture
def dev() -> Dev:
    """The repository's own `dev`, for what needs no environment to be built."""
    return lambda *arguments, **env: run_dev(ROOT / "dev", *arguments, **env)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A fresh clone as far as `dev` can see, whose lock is empty: nothing to fetch."""
    for name in ("dev", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "devtools", tmp_path / "devtools")
    (tmp_path / "requirements-dev.txt").write_text("")
    return tmp_path


@pytest.fixture
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Wheels for that clone."""
    return Shelf(tmp_path_factory.mktemp("wheels"))
