"""Keeps what Instagram's people wrote between two runs, beside Firestore's own file."""

import pickle  # the file is written by this program, in the user's own folder
from collections.abc import Iterable
from pathlib import Path

from emulators.instagram.core import Core
from emulators.secret_manager.records import Secret

_NAME = "instagram.pickle"
_TOKEN_SECRET = "/secrets/instagram-token-"  # noqa: S105 (part of a name)


def save(core: Core, folder: Path) -> None:
    """Write the conversations, whole or not at all."""
    with core.lock:
        content = pickle.dumps(core.state)
    unfinished = folder / f"{_NAME}.new"
    unfinished.write_bytes(content)
    unfinished.replace(folder / _NAME)


def load(core: Core, folder: Path) -> None:
    """Bring the conversations of the last run back, if it left any; ValueError if it left others.

    The file holds this program's own objects, so that another version may not know them.
    """
    kept = folder / _NAME
    if not kept.exists():
        return
    try:
        state = pickle.loads(kept.read_bytes())  # noqa: S301 (our own file, see above)
    except (pickle.UnpicklingError, EOFError, AttributeError, ImportError) as error:
        raise ValueError(f"{kept} cannot be read ({error}); start with another folder.") from error
    with core.lock:
        core.state = state


def recognise(core: Core, secrets: Iterable[Secret]) -> None:
    """Let the access tokens of the last run count again, at the age that they have.

    A renewed token is in the secrets the moment it exists, so it outlives even a killed run.
    """
    with core.lock:
        for secret in secrets:
            _, found, account_id = secret.name.partition(_TOKEN_SECRET)
            other = (account_id, account_id) if account_id != core.identity.account_id else None
            for version in secret.versions if found else ():
                if version.payload:  # a destroyed one has none
                    core.tokens.issue(version.payload.decode(), version.created_at, other)
