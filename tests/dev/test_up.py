"""The whole local run as a process of its own, with the demo in it."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from devtools import ports
from devtools.stop import Stop
from emulators.clock import SimClock
from tests.dev.conftest import ROOT

#: Somebody whom the demo does not know.
STRANGER = "zoe"


@dataclass
class Up:
    """A local run: its first port, its process, and how it was once it was ready."""

    base: int
    process: subprocess.Popen[str]
    said: str = ""
    tasks: Any = None

    def get(self, path: str, offset: int = 0) -> Any:
        """What one of its ports answers."""
        url = f"http://127.0.0.1:{self.base + offset}{path}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.load(answer)


def _base() -> int:
    """A port with four free ones behind it, below those that systems give to whoever asks for any.

    Otherwise another test could be given one of them in the moment in which it is free again.
    """
    for base in range(20_000 + os.getpid() % 1_000 * 10, 32_000, 5):
        try:
            ports.require_free(base)
        except Stop:
            continue
        return base
    raise AssertionError("no five free ports in a row")


@contextmanager
def _started(*options: str) -> Iterator[Up]:
    base = _base()
    command = [sys.executable, "-m", "emulators.gateway", "--port", str(base), *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 (ours)
        assert process.stdout is not None
        up = Up(base, process)
        while "Try:" not in up.said:
            line = process.stdout.readline()
            assert line, up.said
            up.said += line
        up.tasks = up.get("/_sim/tasks/list")
        yield up
        process.kill()


@pytest.fixture(scope="module")
def up() -> Iterator[Up]:
    """With the demo in it; the tests add people, and take nothing away."""
    with _started("--demo") as started:
        yield started


def test_it_names_every_address_and_credential(up: Up) -> None:
    said = up.said
    assert all(str(up.base + offset) in said for offset in range(5))
    for word in ("17841400000000001", "local-app-secret", "local-verify-token", "moca-local",
                 "local-service-token", "local-admin-token", "delay of 1 to 2 s"):  # fmt: skip
        assert word in said


def test_the_demo_is_a_dozen_conversations_answered_or_taken_over(up: Up) -> None:
    people = {person["name"] for person in up.get("/_local/state")["people"]}
    assert len(people - {STRANGER}) == 12
    assert len(up.get("/_sim/sent", offset=3)) >= 18
    assert up.tasks == []


def test_a_dm_from_the_command_line_gets_its_reply(up: Up) -> None:
    command = [sys.executable, str(ROOT / "dev"), "dm", "hello", "--from", STRANGER]
    sent = subprocess.run(  # noqa: S603 (our own script)
        [*command, "--port", str(up.base)], capture_output=True, text=True, check=True, timeout=60
    )
    lines = [line for line in sent.stdout.splitlines() if not line.startswith(" ")]
    assert [line.split(":")[0] for line in lines] == [STRANGER, "bot"]


def test_a_dm_that_nobody_answers_is_told_why_and_is_no_failure(up: Up) -> None:
    command = [sys.executable, str(ROOT / "dev"), "dm", "hello?", "--from", "padel.with.priya"]
    said = subprocess.run(  # noqa: S603 (our own script)
        [*command, "--port", str(up.base)], capture_output=True, text=True, check=True, timeout=60
    )
    assert "waits for a human" in said.stdout


def test_the_demo_ends_in_the_present(up: Up) -> None:
    local = datetime.fromisoformat(up.get("/_sim/health")["now"])
    assert abs((local - SimClock().now()).total_seconds()) < 5


def test_in_the_demo_somebody_waits_for_a_human(up: Up) -> None:
    state = up.get("/_local/state?with=padel.with.priya")
    assert state["system"]["conversation"]["owner"] == "waiting"


def test_filling_the_demo_fills_no_screen(up: Up) -> None:
    assert len(up.said.splitlines()) < 40, up.said


def test_a_named_firestore_that_does_not_answer_ends_it_with_one_sentence() -> None:
    env = {"PATH": "/usr/bin:/bin", "FIRESTORE_EMULATOR_HOST": "127.0.0.1:9"}
    command = [sys.executable, "-m", "emulators.gateway", "--port", "0"]
    said = subprocess.run(  # noqa: S603 (ours)
        command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=60
    )
    assert (said.returncode, said.stderr.count("\n")) == (1, 1)
    assert "FIRESTORE_EMULATOR_HOST" in said.stderr


def test_a_kept_state_that_cannot_be_used_ends_it_with_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "firestore.sqlite").write_text("somebody else's file, which is no database")
    command = [sys.executable, "-m", "emulators.gateway", "--port", "0", "--data", str(tmp_path)]
    said = subprocess.run(  # noqa: S603 (ours)
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert (said.returncode, said.stderr.count("\n")) == (1, 1)
    assert "firestore.sqlite" in said.stderr


def test_sigterm_ends_all_of_it_and_frees_the_ports() -> None:
    with _started() as up:
        up.process.send_signal(signal.SIGTERM)
        rest, _ = up.process.communicate(timeout=20)
    assert (up.process.returncode, rest.splitlines()[-1]) == (0, "Ended.")
    ports.require_free(up.base)
