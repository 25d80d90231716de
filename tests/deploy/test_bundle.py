"""What is uploaded is what is deployed, locked, and nothing else."""

import re
from pathlib import Path

import pytest

from deploy import bundle, wanted
from devtools import supply
from devtools.stop import Stop

LOCK = (wanted.ROOT / bundle.LOCK).read_text(encoding="utf-8")


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
    for path in ("main.py", bundle.LOCK, name):
        (checkout / path).parent.mkdir(parents=True, exist_ok=True)
        (checkout / path).touch()
    (checkout / ".gcloudignore").write_text(".gcloudignore\n")
    with pytest.raises(Stop, match=re.escape(name)):
        bundle.copy(tmp_path / "source", checkout)


def test_the_uploaded_requirements_are_the_locked_ones(tmp_path: Path) -> None:
    """The platform installs by hash what was tried."""
    bundle.copy(tmp_path / "source")
    assert (tmp_path / "source" / "requirements.txt").read_text(encoding="utf-8") == LOCK


def test_every_locked_package_has_a_hash_and_names_no_host() -> None:
    """pip then takes no file but those, wherever it gets them."""
    blocks = re.split(r"\n(?=[a-zA-Z])", LOCK)
    pinned = [block for block in blocks if re.match(r"[\w.-]+==", block)]
    assert len(pinned) >= 40
    assert all("--hash=sha256:" in block for block in pinned)
    assert "http" not in LOCK.replace("httpcore", "").replace("httpx", "")


def test_the_lock_holds_every_pin() -> None:
    """A pin that was raised without `./dev lock` is seen here."""
    locked = dict(supply.pins())
    for line in supply.REQUIREMENTS.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, _, version = line.partition("==")
            assert locked.get(name) == version, f"run ./dev lock ({name})"


def test_the_licences_of_all_installed_packages_are_listed() -> None:
    """One row each, and none that a permissive project could not use."""
    text = supply.LICENCES.read_text(encoding="utf-8")
    for name, version in supply.pins():
        assert f"| {name} | {version} |" in text or not supply._here(name), "run ./dev licences"
    assert not re.search(r"\bA?GPL", text)
    assert "not declared" not in text
