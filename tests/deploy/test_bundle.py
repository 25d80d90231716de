"""What is uploaded is what is deployed, locked, and nothing else."""

import re
from pathlib import Path

import pytest

from deploy import bundle
from devtools import locks, supply
from devtools.stop import Stop


def test_nothing_is_uploaded_that_is_not_deployed(tmp_path: Path) -> None:
    """No test, emulator, script, page or hidden file; and everything that main.py may load."""
    bundle.copy(tmp_path / "source")
    names = bundle.listed(tmp_path / "source")
    assert {"main.py", "requirements.txt", "functions/webhook.py", "prompts/system.md"} <= {*names}


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
