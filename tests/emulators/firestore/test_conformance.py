"""The conformance command, as a person would run it."""

import subprocess
import sys

from emulators.firestore.engine import Engine


def _run(address: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "emulators.conformance", address]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 (our own command)


def test_the_command_tries_the_whole_table_against_a_host(engine: Engine, address: str) -> None:
    ran = _run(address)
    assert ran.returncode == 0, ran.stdout
    assert "BROKEN" not in ran.stdout
    assert "behaviours hold on" in ran.stdout


def test_the_command_names_what_is_broken(engine: Engine, address: str) -> None:
    engine.faults.add({"rpc": "RunQuery", "code": "PERMISSION_DENIED", "times": 1})
    ran = _run(address)
    assert ran.returncode == 1
    assert ran.stdout.count("BROKEN") == 1
