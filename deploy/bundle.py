"""What is uploaded: the repository as .gcloudignore leaves it."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from deploy import wanted
from devtools.stop import Stop

#: Every package by hash, down to the last; it has the name that the platform installs from (Cloud
#: Run documentation, Specify Python dependencies).
REQUIREMENTS = "requirements.txt"
#: All that may lie at the top of the bundle: whoever adds something thinks about it here.
BELONGS = {"admin", "functions", "main.py", "prompts", REQUIREMENTS, "services", "tools"}


def files(root: Path = wanted.ROOT) -> list[str]:
    """The paths that .gcloudignore does not leave out, as gcloud would find them: git or not."""
    git = shutil.which("git")
    if git is None:
        raise Stop("git is not on the PATH, and it is what reads .gcloudignore here: install it.")
    with tempfile.TemporaryDirectory(prefix="moca-") as empty:
        run = [git, f"--git-dir={empty}", f"--work-tree={root}"]
        _checked([git, "init", "--quiet", "--bare", empty], root)
        listed = _checked(
            [*run, "ls-files", "-z", "--others", f"--exclude-from={root}/.gcloudignore"], root
        )
    return sorted(filter(None, listed.split("\0")))


def copy(target: Path, root: Path = wanted.ROOT) -> None:
    """Put the bundle into `target`, which must not exist.

    Raises `Stop` naming what .gcloudignore let slip through and should not be uploaded.
    """
    for name in files(root):
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, place)
    _require_only_what_belongs(listed(target))


def digest(folder: Path) -> str:
    """One word for the content of a folder, equal wherever it lies."""
    whole = hashlib.sha256()
    for name in listed(folder):
        content = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        whole.update(f"{name} {content}\n".encode())
    return whole.hexdigest()


def listed(folder: Path) -> list[str]:
    """The paths of a folder's files, in order."""
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def _require_only_what_belongs(names: list[str]) -> None:
    strangers = sorted(
        name
        for name in names
        if name.partition("/")[0] not in BELONGS
        or any(part.startswith((".", "test_")) for part in name.split("/"))
        or name.endswith((".pyc", ".sqlite"))
    )
    if strangers:
        raise Stop(f"These would be uploaded, and should not: {', '.join(strangers[:10])}.")


def _checked(command: list[str], folder: Path) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}  # noqa: TID251 (git's own variables would lead it to another repository)
    done = subprocess.run(  # noqa: S603 (git, with words of our own)
        command, capture_output=True, text=True, check=False, cwd=folder, env=clean
    )
    if done.returncode:
        raise Stop(f"git could not list the bundle's files. It says:\n{done.stderr.strip()}")
    return done.stdout
