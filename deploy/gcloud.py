"""The one way to Google Cloud: reads freely, prints every change before it makes it."""

import json
import shlex
import shutil
import subprocess
import sys
import time
from typing import Any

from devtools.stop import NOT_INSTALLED, Stop

#: What gcloud says of an API that is not enabled yet: nothing of its kind exists.
_DISABLED = ("SERVICE_DISABLED", "has not been used in project", "it is disabled")
#: What it says when a new account is not known everywhere yet (IAM documentation, Access change
#: propagation): asking again soon is right.
_NOT_YET = ("does not exist", "not found, or is invalid")
_SIGNED_OUT = "do not currently have an active account"
_TRIES = 6


class Gcloud:
    """`gcloud` for one project.

    In a dry run nothing is changed; without gcloud, or with nobody signed in to it, a dry run
    takes the project to be empty.
    """

    def __init__(self, project: str, *, dry_run: bool, pause_seconds: float = 5) -> None:
        self.project = project
        self.dry_run = dry_run
        self.changes = 0
        self._pause_seconds = pause_seconds
        self._program = shutil.which("gcloud")
        if self._program is None and not dry_run:
            raise Stop(
                "gcloud is not on the PATH: install the Google Cloud CLI from "
                "https://cloud.google.com/sdk/docs/install and sign in with `gcloud auth login`.",
                NOT_INSTALLED,
            )

    @property
    def blind(self) -> bool:
        """Whether the project cannot be looked at."""
        return self._program is None

    def listed(self, *words: str) -> list[dict[str, Any]]:
        """What a list command answers; nothing where the API is not enabled yet."""
        found = self.read(*words)
        return found if isinstance(found, list) else []

    def read(self, *words: str) -> Any:
        """What a command that changes nothing answers, from JSON; None when there is no answer."""
        if self.blind:
            return None
        result = self._run([*words, "--format=json"], None)
        if result.returncode == 0:
            return json.loads(result.stdout) if result.stdout.strip() else None
        if self.dry_run and any(sign in result.stderr for sign in _DISABLED):
            return None
        if self.dry_run and _SIGNED_OUT in result.stderr:
            self._program = None
            warn("nobody is signed in to gcloud: this shows what an empty project would get")
            return None
        raise _refused(words, result.stderr)

    def change(self, *words: str, stdin: str | None = None) -> None:
        """Print a command and, unless this is a dry run, carry it out.

        `stdin` is never printed. Raises `Stop` with gcloud's own words when it fails.
        """
        self.changes += 1
        hidden = "  # the value goes through standard input" if stdin is not None else ""
        note(f"+ gcloud {shlex.join(words)}{hidden}")
        if self.dry_run:
            return
        for attempt in range(1, _TRIES + 1):
            result = self._run(list(words), stdin)
            if result.returncode == 0:
                return
            soon = _binding(words) and any(sign in result.stderr for sign in _NOT_YET)
            if not soon or attempt == _TRIES:
                raise _refused(words, result.stderr)
            note("  not known everywhere yet; again in a moment")
            time.sleep(self._pause_seconds)

    def secret_output(self, *words: str) -> str:
        """The bare output of a command whose answer must not be shown."""
        result = self._run(list(words), None)
        if result.returncode:
            raise _refused(words, result.stderr)
        return result.stdout.strip()

    def _run(self, words: list[str], stdin: str | None) -> subprocess.CompletedProcess[str]:
        command = [self._program or "gcloud", *words, f"--project={self.project}", "--quiet"]
        return subprocess.run(  # noqa: S603 (gcloud, with words of our own)
            command,
            input=stdin or "",  # an empty input also keeps gcloud from asking
            capture_output=True,
            text=True,
            check=False,
        )


def note(line: str) -> None:
    """One line of progress."""
    print(f"   {line}", flush=True)


def step(title: str) -> None:
    """The heading of one concern."""
    print(f"── {title}", flush=True)


def warn(line: str) -> None:
    """A line that the reader should not miss."""
    print(f"   ! {line}", file=sys.stderr, flush=True)


def _binding(words: tuple[str, ...]) -> bool:
    return "add-iam-policy-binding" in words


def _refused(words: tuple[str, ...], said: str) -> Stop:
    verb = " ".join(word for word in words if not word.startswith("-"))
    return Stop(f"gcloud could not do `{verb}`. It says:\n{said.strip()}")
