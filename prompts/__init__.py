"""Prose for the model, reviewed like code: loaded by name, versioned by its content."""

import functools
import hashlib
from pathlib import Path


@functools.cache
def load(name: str) -> str:
    """The text of `prompts/{name}.md`."""
    return (Path(__file__).parent / f"{name}.md").read_text(encoding="utf-8").strip()


def version(text: str) -> str:
    """The name of a prompt's exact wording."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]
