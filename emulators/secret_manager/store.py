"""Where secrets are kept between runs: one JSON file that only its owner may read."""

import json
import os
from collections.abc import Iterable
from pathlib import Path

from emulators.secret_manager.records import Secret


def load(path: Path | None) -> dict[str, Secret]:
    """The secrets by name; empty without a file. Whoever could read the file no longer can.

    Raises:
        ValueError: the file is malformed; the message names it.
    """
    if path is None or not path.exists():
        return {}
    path.chmod(0o600)
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return {entry["name"]: Secret.from_json(entry) for entry in kept["secrets"]}
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is not a valid file of secrets: {error!r}") from None


def save(path: Path | None, secrets: Iterable[Secret]) -> None:
    """Replace the file at once, with mode 600 from its first byte; nothing without a path."""
    if path is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    content = json.dumps({"secrets": [secret.to_json() for secret in secrets]}, indent=1)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
