"""Keeps what Instagram's people wrote between two runs, beside Firestore's own file."""

import pickle  # the file is written by this program, in the user's own folder
from pathlib import Path

from emulators.instagram.core import Core

_NAME = "instagram.pickle"


def save(core: Core, folder: Path) -> None:
    """Write the conversations, whole or not at all."""
    with core.lock:
        content = pickle.dumps(core.state)
    unfinished = folder / f"{_NAME}.new"
    unfinished.write_bytes(content)
    unfinished.replace(folder / _NAME)


def load(core: Core, folder: Path) -> None:
    """Bring the conversations of the last run back, if it left any."""
    kept = folder / _NAME
    if kept.exists():
        with core.lock:
            core.state = pickle.loads(kept.read_bytes())  # noqa: S301 (our own file, see above)
