"""`./dev bundle`: proves that what would be uploaded starts and answers, alone.

From a copy that honours .gcloudignore, in an environment that holds only the locked requirements,
each entry point is started by functions-framework as the platform starts it, and asked something.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy import bundle, functions, wanted
from deploy.gcloud import Gcloud
from deploy.request import Request
from deploy.rest import Rest
from devtools import venv
from devtools.stop import Stop
from devtools.words import nothing_but_help

_PATIENCE_SECONDS = 60
#: On the platform the clients find credentials; with these they can be built, but not used.
_CREDENTIALS = {"type": "authorized_user"} | dict.fromkeys(
    ("client_id", "client_secret", "refresh_token"), "made-up"
)
_VERIFY_TOKEN = "bundle-verify-token"  # noqa: S105 (it guards nothing)


@dataclass(frozen=True, slots=True)
class Question:
    """Something that a function answers without any other service."""

    method: str
    path: str
    statuses: tuple[int, ...]


QUESTIONS = {
    "webhook": Question(
        "GET", f"/?hub.mode=subscribe&hub.challenge=42&hub.verify_token={_VERIFY_TOKEN}", (200,)
    ),
    "process_thread": Question("POST", "/", (401,)),
    "deliver": Question("POST", "/", (401,)),
    "sweep": Question("POST", "/", (401,)),
    "internal_api": Question("POST", "/api/internal/send-dm", (401,)),
    "privacy": Question("POST", "/data-deletion", (400,)),
    "back_office": Question("GET", "/sign-in", (200,)),
}


def main(arguments: list[str]) -> int:
    """Check the bundle, entry point by entry point; 1 if something is wrong."""
    says = "Prove that what would be uploaded starts and answers, alone."
    nothing_but_help("bundle", says, arguments)
    with tempfile.TemporaryDirectory(prefix="moca-bundle-") as folder:
        source = Path(folder, "source")
        bundle.copy(source)
        names = bundle.listed(source)
        print(f"{len(names)} files, {_size(source):,} bytes, nothing but what is deployed.")
        if (here := f"python{sys.version_info.major}{sys.version_info.minor}") != wanted.RUNTIME:
            print(
                f"! This is {here}, and {wanted.RUNTIME} is deployed: start me with that as well."
            )
        programs = venv.made("bundle", source / bundle.REQUIREMENTS)
        print(f"{'entry point':16} {'answer':>6} {'first answer':>13} {'memory':>8}")
        wrong = [
            function.entry_point
            for function in wanted.FUNCTIONS
            if not _answers(programs, source, function)
        ]
    print(f"Wrong: {', '.join(wrong)}." if wrong else "The bundle starts and answers.")
    return 1 if wrong else 0


def complete_environment(function: wanted.Function) -> dict[str, str]:
    """What the function would be told, with made-up values for every secret."""
    gcloud = Gcloud("bundle", dry_run=True)
    values = {"INSTAGRAM_PAGE_ID": "17841400000000001"}
    request = Request(gcloud=gcloud, rest=Rest(gcloud), region="europe-west1", values=values)
    secrets = {name: f"made-up-{name.lower()}-of-32-characters" for name in function.secrets}
    if "INSTAGRAM_VERIFY_TOKEN" in secrets:
        secrets["INSTAGRAM_VERIFY_TOKEN"] = _VERIFY_TOKEN
    return functions.variables(request, function, "123456789012") | secrets


def _answers(programs: Path, source: Path, function: wanted.Function) -> bool:
    question = QUESTIONS[function.entry_point]
    port = _free_port()
    began = time.monotonic()
    with _serving(programs, source, function, port) as server:
        status = _ask(server, port, question)
        took = time.monotonic() - began
        memory = sum(_resident(pid) for pid in _family(server.pid))
    right = status in question.statuses
    print(
        f"{function.entry_point:16} {status:>6} {took * 1000:>10.0f} ms {memory / 1024:>5.0f} MB"
        + ("" if right else f"   ! expected {question.statuses}"),
        flush=True,
    )
    return right


@contextmanager
def _serving(
    programs: Path, source: Path, function: wanted.Function, port: int
) -> Iterator["subprocess.Popen[bytes]"]:
    credentials = source.parent / "credentials.json"
    credentials.write_text(json.dumps(_CREDENTIALS), encoding="utf-8")
    environ: Mapping[str, str] = {
        "GOOGLE_APPLICATION_CREDENTIALS": str(credentials),
        "PATH": os.defpath,
        "HOME": "/nonexistent",
        "K_SERVICE": function.name,
        "K_REVISION": f"{function.name}-00001",
        "FUNCTION_TARGET": function.entry_point,
        "PYTHONDONTWRITEBYTECODE": "1",
        "GRPC_VERBOSITY": "ERROR",
    } | complete_environment(function)
    log = source.parent / f"{function.entry_point}.log"
    with log.open("wb") as lines:
        server = subprocess.Popen(  # noqa: S603 (our own words)
            [
                str(programs / "functions-framework"),
                f"--target={function.entry_point}",
                "--host=127.0.0.1",
                f"--port={port}",
            ],
            cwd=source,
            env=environ,
            stdout=lines,
            stderr=subprocess.STDOUT,
        )
    try:
        yield server
    except Stop as stop:
        said = log.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise Stop(f"{function.entry_point}: {stop} It said:\n{said}") from stop
    finally:
        server.terminate()
        server.wait(timeout=20)


def _ask(server: "subprocess.Popen[bytes]", port: int, question: Question) -> int:
    url = f"http://127.0.0.1:{port}{question.path}"
    body = b"{}" if question.method == "POST" else None
    request = urllib.request.Request(url, body, method=question.method)
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            return int(direct.open(request, timeout=10).status)
        except urllib.error.HTTPError as error:
            return error.code
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.005)  # it has not bound its port yet
    raise Stop("it did not start.")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_anything: object) -> None:
        """Take a redirect as the answer that it is."""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _family(pid: int) -> list[int]:
    """A process and its children: the server's master and its worker."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    return [pid, *map(int, children.read_text().split())] if children.exists() else [pid]


def _resident(pid: int) -> int:
    """Kilobytes that this process holds, its share of what is shared (Linux); else nothing."""
    rollup = Path(f"/proc/{pid}/smaps_rollup")
    lines = rollup.read_text().splitlines() if rollup.exists() else []
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Stop as stop:
        print(f"dev: {stop}", file=sys.stderr)
        sys.exit(stop.code)
