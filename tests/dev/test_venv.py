"""`.venv` leads to what is locked, complete; whatever goes wrong, it never leads to less."""

import fcntl
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.dev.conftest import run_dev
from tests.dev.wheels import Shelf

#: An environment takes some five seconds, and on a busy machine a minute.
_PATIENCE_SECONDS = 300
#: Nobody listens on the port for discarding (RFC 863).
_NO_NETWORK = {
    "PIP_INDEX_URL": "http://127.0.0.1:9/",
    "PIP_RETRIES": "0",
    "PIP_NO_INDEX": "",
    "PIP_FIND_LINKS": "",
}


def test_it_is_built_once_holds_what_is_locked_and_is_kept_for_the_way_back(
    clone: Path, shelf: Shelf
) -> None:
    (clone / ".venv" / "bin").mkdir(parents=True)  # as it was when it was built in place
    _lock(clone, one := shelf.lock("one"))
    both = [_start(clone, shelf.env) for _ in range(2)]
    said = [process.communicate(timeout=_PATIENCE_SECONDS)[0] for process in both]
    assert (min(map(len, said)), _installed(clone)) == (0, ["one.py"])

    _lock(clone, shelf.lock("two"))
    run_dev(clone / "dev", "setup", **shelf.env)
    assert _installed(clone) == ["two.py"]
    _lock(clone, one)
    assert (run_dev(clone / "dev", "setup").stdout, _installed(clone)) == ("", ["one.py"])


@pytest.mark.parametrize(
    ("made", "env", "sentence"),
    [
        ({"digest": "0" * 64}, {}, "if a hash does not match, do not trust that file"),
        ({}, _NO_NETWORK, "mend the network"),
        ({"needs": "another"}, {}, "What requirements-dev.txt locks does not fit together"),
    ],
    ids=["another file", "no network", "a need that is not locked"],
)
def test_a_build_that_fails_is_one_sentence_and_the_last_one_stays_in_use(
    clone: Path, shelf: Shelf, made: dict[str, str], env: dict[str, str], sentence: str
) -> None:
    (clone / ".cache" / "venv-before").mkdir(parents=True)
    (clone / ".venv").symlink_to(".cache/venv-before")
    _lock(clone, shelf.lock("one", **made))
    said = run_dev(clone / "dev", "setup", **shelf.env | env)
    assert (said.returncode, sentence in said.stderr.splitlines()[-1]) == (5, True), said.stderr
    assert [path.name for path in (clone / ".cache").iterdir()] == ["venv-before"]
    assert (clone / ".venv").readlink() == Path(".cache/venv-before")


def test_a_lock_without_a_hash_is_refused_before_anything_is_built(clone: Path) -> None:
    _lock(clone, "one==1\n")
    said = run_dev(clone / "dev", "setup")
    assert (said.returncode, said.stdout, said.stderr.count("\n")) == (5, "", 1)
    assert "'one==1'" in said.stderr
    assert "./dev lock" in said.stderr


def test_a_python_that_is_not_locked_for_is_told_which_are(clone: Path) -> None:
    (clone / "pyproject.toml").write_text('[project]\nrequires-python = ">=3.97,<3.99"\n')
    said = run_dev(clone / "dev", "setup")
    assert (said.returncode, said.stdout, said.stderr.count("\n")) == (3, "", 1)
    assert "locked for 3.97 to 3.98: start me with one of those" in said.stderr


def test_ending_it_ends_the_installation_too_and_leaves_nothing(clone: Path, shelf: Shelf) -> None:
    _lock(clone, shelf.lock("one"))
    with _waiting_for_the_index(clone) as (dev, pip):
        dev.send_signal(signal.SIGTERM)
        dev.communicate(timeout=_PATIENCE_SECONDS)
    assert (dev.returncode, list((clone / ".cache").iterdir())) == (130, [])
    assert not Path(f"/proc/{pip}").exists()


def test_what_a_killed_one_leaves_is_never_used_and_the_next_one_waits_and_completes_it(
    clone: Path, shelf: Shelf
) -> None:
    _lock(clone, shelf.lock("one"))
    with _waiting_for_the_index(clone) as (dev, _pip), (clone / "dev").open() as file:
        dev.kill()
        dev.wait()
        with pytest.raises(BlockingIOError):  # its pip still writes
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    dev.communicate(timeout=_PATIENCE_SECONDS)
    assert len(list((clone / ".cache").iterdir())) == 1
    assert not (clone / ".venv").exists()
    assert run_dev(clone / "dev", "setup", **shelf.env).returncode == 0
    assert _installed(clone) == ["one.py"]


def _lock(clone: Path, text: str) -> None:
    (clone / "requirements-dev.txt").write_text(text, encoding="utf-8")


def _start(clone: Path, env: dict[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(  # noqa: S603 (our own script)
        [sys.executable, str(clone / "dev"), "setup"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PATH": "/usr/bin:/bin", "HOME": str(clone), **env},
    )


@contextmanager
def _waiting_for_the_index(clone: Path) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """`./dev setup` at the moment at which its pip, of this id, waits for the index to answer."""
    with socket.create_server(("127.0.0.1", 0)) as index:
        dev = _start(
            clone, _NO_NETWORK | {"PIP_INDEX_URL": f"http://127.0.0.1:{index.getsockname()[1]}/"}
        )
        index.settimeout(_PATIENCE_SECONDS)
        with index.accept()[0]:
            children = Path(f"/proc/{dev.pid}/task/{dev.pid}/children").read_text()
            yield dev, int(children.split()[0])


def _installed(clone: Path) -> list[str]:
    site = next((clone / ".venv" / "lib").glob("python*/site-packages"))
    return sorted(path.name for path in site.glob("*.py") if path.stem in ("one", "two"))
