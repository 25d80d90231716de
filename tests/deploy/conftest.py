"""A project of Google Cloud that lives in a folder, and the scripts to try on it."""

import fcntl
import json
import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pytest_mock import MockerFixture

from deploy import bundle
from deploy.gcloud import Gcloud
from deploy.request import Request
from deploy.rest import Rest
from emulators.http import HttpServer
from tests.deploy.standin.google import Google
from tests.deploy.standin.project import EMPTY

ROOT = Path(__file__).resolve().parents[2]

#: Every value that the scripts are given; none of them may show on a screen or a command line.
SECRETS = {
    "INSTAGRAM_ACCESS_TOKEN": "value-of-the-access-token",
    "INSTAGRAM_APP_SECRET": "value-of-the-app-secret",
    "INSTAGRAM_VERIFY_TOKEN": "value-of-the-verify-token",
    "GEMINI_API_KEY": "value-of-the-gemini-key",
    "ADMIN_TOKEN": "value-of-the-admin-token",
    "WHATSAPP_ACCESS_TOKEN": "value-of-the-whatsapp-token",
}
PLAIN = {"INSTAGRAM_PAGE_ID": "17841400000000009", "MANAGER_WHATSAPP_NUMBER": "491700000000"}

_GCLOUD = """#!{python} -IS
import sys
sys.path.insert(0, {root!r})
from tests.deploy.standin.program import main
sys.exit(main(sys.argv[1:]))
"""


@dataclass
class Project:
    """An otherwise empty project of Google Cloud."""

    folder: Path
    google: Google
    url: str

    def deploy(self, *arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
        """Run `python -m deploy` with the stand-in's gcloud on the PATH."""
        return subprocess.run(  # noqa: S603 (our own program)
            self._command(arguments),
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            env=self.environment | environ,
            stdin=subprocess.DEVNULL,
        )

    def deploy_typing(self, typed: str, *arguments: str) -> str:
        """Run it in a terminal where `typed` answers its only question; all that it said."""
        keyboard, terminal = pty.openpty()
        with subprocess.Popen(  # noqa: S603 (our own program)
            self._command(arguments),
            cwd=ROOT,
            env=self.environment,
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # without a terminal of the tests' own to ask at
        ) as running:
            assert running.stdout is not None
            said = b""
            while b"   ? " not in said or not said.endswith(b": "):
                said += running.stdout.read(1)
                assert running.poll() is None, said.decode()
            os.write(keyboard, f"{typed}\n".encode())
            said += running.stdout.read()
        os.close(keyboard)
        os.close(terminal)
        return said.decode()

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        command = [sys.executable, "-m", "deploy", *arguments, "--project=club", "--region=r1"]
        command += [
            f"--source={self.folder}/checkout",
            f"--env-file={self.folder}/env",
            f"--google={self.url}/{{service}}",
        ]
        return [*command, "--pause-seconds=0"]

    @property
    def environment(self) -> dict[str, str]:
        """With the stand-in's gcloud on the PATH, which finds this project."""
        return os.environ | {  # noqa: TID251 (a program started by a test)
            "PATH": f"{self.folder}/bin:{os.environ['PATH']}",  # noqa: TID251 (as above)
            "MOCA_STANDIN": str(self.folder),
        }

    @property
    def state(self) -> dict[str, Any]:
        """What the project holds."""
        state: dict[str, Any] = json.loads((self.folder / "state.json").read_text())
        return state

    def set(self, **parts: Any) -> None:
        """Change what the project holds behind the scripts' back."""
        (self.folder / "state.json").write_text(json.dumps(self.state | parts))

    @property
    def calls(self) -> list[str]:
        """Every command line that gcloud was called with."""
        lines = (self.folder / "calls.jsonl").read_text().splitlines()
        return [" ".join(json.loads(line)) for line in lines]


def _project(folder: Path, copy_of: Project | None = None) -> Iterator[Project]:
    if copy_of:
        shutil.copytree(copy_of.folder, folder, dirs_exist_ok=True)
        (folder / "calls.jsonl").write_text("")
    else:
        (folder / "bin").mkdir()
        _check_out(folder / "checkout")
        gcloud = folder / "bin" / "gcloud"
        gcloud.write_text(_GCLOUD.format(python=sys.executable, root=str(ROOT)))
        gcloud.chmod(0o755)
        values = "\n".join(f"{name}={value}" for name, value in (SECRETS | PLAIN).items())
        (folder / "env").write_text(values + "\n")
    google = Google(folder)
    server = HttpServer(google, 0)
    server.start()
    project = Project(folder, google, server.url)
    if copy_of:
        project.set(front=server.url)
    else:
        (folder / "state.json").write_text(json.dumps(EMPTY | {"front": server.url}))
    yield project
    server.stop()


def _check_out(checkout: Path) -> None:
    """What stands here now, so that no edit comes between two runs."""
    bundle.copy(checkout)
    (checkout / ".gcloudignore").write_bytes((ROOT / ".gcloudignore").read_bytes())


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A project in which nothing is."""
    yield from _project(tmp_path)


@pytest.fixture(scope="session")
def _deployed_once(
    tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> tuple[Project, "subprocess.CompletedProcess[str]"]:
    """By the first of a run's workers that needs it; the others find what it left."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "deployed"
    kept = folder / "done.json"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            kept.write_text(json.dumps(vars(_deploy_whole(folder))))
    done = subprocess.CompletedProcess[str](**json.loads(kept.read_text()))
    return Project(folder, Google(folder), url=""), done


def _deploy_whole(folder: Path) -> "subprocess.CompletedProcess[str]":
    shutil.rmtree(folder, ignore_errors=True)  # what another worker could not finish
    folder.mkdir()
    with contextmanager(_project)(folder) as project:
        done = project.deploy("--alert-email=a@example.com", "--budget=20", "--backups")
    assert done.returncode == 0, done.stderr + done.stdout
    return done


@pytest.fixture
def deployed(
    _deployed_once: tuple[Project, "subprocess.CompletedProcess[str]"], tmp_path: Path
) -> Iterator[Project]:
    """A project into which Moca was deployed, with every option."""
    yield from _project(tmp_path, copy_of=_deployed_once[0])


@pytest.fixture
def step(deployed: Project, mocker: MockerFixture) -> Callable[..., Request]:
    """Makes the request with which a single step is tried on the deployed project, here."""
    mocker.patch.dict("os.environ", deployed.environment)

    def request(**words: Any) -> Request:
        gcloud = Gcloud("club", dry_run=False, pause_seconds=0)
        return Request(gcloud=gcloud, rest=Rest(gcloud), region="r1", values=PLAIN, **words)

    return request


@pytest.fixture
def first_run(
    _deployed_once: tuple[Project, "subprocess.CompletedProcess[str]"],
) -> tuple[Project, "subprocess.CompletedProcess[str]"]:
    """The run that deployed it, to look at."""
    return _deployed_once
