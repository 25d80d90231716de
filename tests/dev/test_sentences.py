"""What `./dev` says when it can do nothing else."""

import runpy
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.dev.conftest import ROOT, Dev, run_dev


def test_help_names_every_command(dev: Dev) -> None:
    said = dev("help").stdout
    assert all(f"./dev {name}" in said for name in ("up", "dm", "test", "check", "setup"))


def test_no_command_is_help(dev: Dev) -> None:
    assert dev().stdout == dev("help").stdout


def test_it_works_from_elsewhere_and_through_a_symlink(tmp_path: Path) -> None:
    link = tmp_path / "moca"
    link.symlink_to(ROOT / "dev")
    assert "./dev up" in run_dev(link, "help").stdout


def test_an_unknown_command_is_named_and_exits_with_2(dev: Dev) -> None:
    said = dev("launch")
    assert (said.returncode, "'launch'" in said.stderr) == (2, True)


def test_an_old_python_is_told_so_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ROOT / "dev"), run_name="__main__")
    said = capsys.readouterr().err
    assert (ended.value.code, said.count("\n"), "Python 3.9" in said) == (3, 1, True)


@contextmanager
def _busy(*ports: int) -> Iterator[None]:
    """Take ports below those that are given to whoever asks for any."""
    with ExitStack() as taken:
        for port in ports:
            server = taken.enter_context(socket.socket())
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind(("127.0.0.1", port))
            server.listen()
        yield


def test_a_busy_port_is_named_with_its_part_and_a_way_out(dev: Dev) -> None:
    with _busy(19_001):
        said = dev("up", "--port", "19000")
    assert said.returncode == 6
    assert "Port 19001, for Firestore, is taken" in said.stderr
    assert "--port" in said.stderr


def test_firestores_port_may_be_busy_where_another_emulator_is_named(dev: Dev) -> None:
    with _busy(19_011, 19_012):
        said = dev("up", "--port", "19010", FIRESTORE_EMULATOR_HOST="127.0.0.1:19011")
    assert "Port 19012, for Cloud Tasks, is taken" in said.stderr


@pytest.mark.parametrize("port", ["0", "65532", "http", "-1"])
def test_a_port_without_room_for_five_is_refused(dev: Dev, port: str) -> None:
    assert (
        dev("up", f"--port={port}").returncode,
        dev("dm", "x", f"--port={port}").returncode,
    ) == (
        2,
        2,
    )


def test_a_python_without_venv_is_told_what_to_install(clone: Path) -> None:
    (clone / "stub").mkdir()
    (clone / "stub" / "sitecustomize.py").write_text("import sys; sys.modules['ensurepip'] = None")
    said = run_dev(clone / "dev", "setup", PYTHONPATH=str(clone / "stub"))
    assert (said.returncode, "-venv" in said.stderr) == (4, True)


def test_dm_without_a_local_run_says_how_to_start_one(dev: Dev) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        said = dev("dm", "hello", "--port", str(unused.getsockname()[1] - 3))
    assert (said.returncode, "./dev up" in said.stderr) == (7, True)


def test_the_script_needs_no_installed_package() -> None:
    bare = [sys.executable, "-I", "-S", str(ROOT / "dev"), "help"]
    assert subprocess.run(bare, capture_output=True, check=False).returncode == 0  # noqa: S603 (ours)
