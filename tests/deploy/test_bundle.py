"""What is uploaded is what is deployed, locked, and nothing else."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy import bundle, wanted
from devtools import locks, supply
from devtools.stop import Stop


def test_nothing_is_uploaded_that_is_not_deployed(tmp_path: Path) -> None:
    """No test, emulator, script, page or hidden file; and everything that main.py may load."""
    bundle.copy(tmp_path / "source")
    names = bundle.listed(tmp_path / "source")
    assert {"main.py", "requirements.txt", "functions/webhook.py", "prompts/system.md"} <= {*names}


@pytest.mark.parametrize("name", ["firebase-debug.log", "firestore-debug.log", "ui-debug.1.log"])
def test_what_googles_emulators_leave_behind_is_neither_uploaded_nor_committed(
    tmp_path: Path, name: str
) -> None:
    """They write their logs into the folder in which they are started."""
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    for path in ("main.py", bundle.REQUIREMENTS, name):
        (checkout / path).touch()
    for ignored in (".gcloudignore", ".gitignore"):
        shutil.copy(wanted.ROOT / ignored, checkout)
    bundle.copy(tmp_path / "source", checkout)
    assert bundle.listed(tmp_path / "source") == ["main.py", bundle.REQUIREMENTS]
    git = ["git", "-C", str(checkout), "-c", "init.defaultBranch=main"]
    subprocess.run([*git, "init", "--quiet"], check=True)  # noqa: S603 (git, with our own words)
    assert subprocess.run([*git, "check-ignore", "--quiet", name], check=False).returncode == 0  # noqa: S603 (likewise)


@pytest.mark.parametrize("name", [".env", "tests/world.py", "services/.secret", "key.json"])
def test_a_stranger_in_the_checkout_is_named_and_nothing_is_uploaded(
    tmp_path: Path, name: str
) -> None:
    """Whatever .gcloudignore lets slip through stops the check, and the deployment."""
    checkout = tmp_path / "checkout"
    for path in ("main.py", bundle.REQUIREMENTS, name):
        (checkout / path).parent.mkdir(parents=True, exist_ok=True)
        (checkout / path).touch()
    (checkout / ".gcloudignore").write_text(".gcloudignore\n")
    with pytest.raises(Stop, match=re.escape(name)):
        bundle.copy(tmp_path / "source", checkout)


def test_the_uploaded_requirements_are_the_locked_ones(tmp_path: Path) -> None:
    """The platform installs by hash what was tried."""
    bundle.copy(tmp_path / "source")
    assert locks.pins(tmp_path / "source" / "requirements.txt") == locks.pins(locks.RUNTIME)


def test_the_licences_of_all_installed_packages_are_listed() -> None:
    """One row each, and none that a permissive project could not use."""
    text = supply.LICENCES.read_text(encoding="utf-8")
    for pin in filter(supply.here, locks.pins(locks.RUNTIME)):
        assert f"| {pin.name} | {pin.version} |" in text, "run ./dev licences"
    assert not re.search(r"\bA?GPL", text)
    assert "not declared" not in text
