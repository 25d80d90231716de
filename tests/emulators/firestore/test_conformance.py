"""The conformance command, as a person would run it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from emulators.firestore.engine import Engine


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "emulators.conformance", *arguments]
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


@pytest.mark.parametrize("arguments", [(), ("127.0.0.1:1", "--against", "127.0.0.1:1")])
def test_the_command_takes_one_host(arguments: tuple[str, ...]) -> None:
    ran = _run(*arguments)
    assert ran.returncode == 2
    assert "give a HOST to try, or --against HOST" in ran.stderr


def test_two_emulators_of_ours_do_not_differ(ticking: tuple[Engine, str]) -> None:
    ran = _run("--against", ticking[1], "--sequences", "10", "--seed", "1")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "10 sequences" in ran.stdout
    assert "No difference is left unexplained." in ran.stdout


def test_a_difference_is_made_small_and_can_be_played_again(
    engine: Engine, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    engine.faults.add({"rpc": "RunQuery", "code": "INTERNAL", "times": 10**9})
    ran = _run("--against", address, "--sequences", "1")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "differ (RunQuery)" in ran.stdout
    kept = tmp_path / "firestore-difference.json"
    assert json.loads(kept.read_text())[-1]["rpc"] == "RunQuery"
    assert _run("--against", address, "--replay", str(kept)).returncode == 1
    engine.faults.clear()
    assert _run("--against", address, "--replay", str(kept)).returncode == 0
