"""How `.venv` is built once, refreshed when the pins change, and redone after an interruption."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.dev.conftest import run_dev

STAMP = Path(".venv/requirements.sha256")


def test_it_is_built_once_even_after_an_interruption_and_refreshed_when_pins_change(
    clone: Path,
) -> None:
    (clone / ".venv").mkdir()  # what an interrupted build leaves behind: no stamp
    first = run_dev(clone / "dev", "setup")
    assert (first.returncode, "incomplete" in first.stdout) == (0, True), first.stderr
    assert run_dev(clone / "dev", "setup").stdout == ""

    (clone / "requirements.txt").write_text("# a pin moved\n")
    again = run_dev(clone / "dev", "setup").stdout
    assert ("Installing" in again, "Building" in again) == (True, False)


def test_a_failed_installation_is_one_sentence_and_leaves_no_stamp(clone: Path) -> None:
    _stand_in(clone, "sys.exit(1)")
    said = run_dev(clone / "dev", "setup")
    assert (said.returncode, "pip could not install" in said.stderr) == (5, True)
    assert not (clone / STAMP).exists()


def test_ending_it_ends_the_installation_too(clone: Path) -> None:
    _stand_in(clone, "open('pip-runs', 'w').write(str(os.getpid())); time.sleep(60)")
    os.mkfifo(clone / "pip-runs")
    dev = subprocess.Popen([sys.executable, str(clone / "dev"), "setup"], stderr=subprocess.PIPE)  # noqa: S603 (ours)
    pip = int((clone / "pip-runs").read_text())
    dev.send_signal(signal.SIGTERM)
    dev.communicate(timeout=20)
    assert dev.returncode == 130
    assert not Path(f"/proc/{pip}").exists()


def _stand_in(clone: Path, program: str) -> None:
    """Make a `.venv` with other pins than wanted, in which pip is `program`."""
    (clone / ".venv" / "bin").mkdir(parents=True)
    (clone / STAMP).write_text("of other pins")
    python = clone / ".venv" / "bin" / "python"
    python.write_text(f"#!{sys.executable}\nimport os, sys, time\n{program}\n")
    python.chmod(0o755)
