"""How every verb of `./dev` is told what to do: one style of help for all of them."""

import argparse
from pathlib import Path

from devtools.stop import Stop


def parser(verb: str, description: str) -> argparse.ArgumentParser:
    """A parser of `./dev verb`, described in one sentence; options are never abbreviated."""
    return argparse.ArgumentParser(
        prog=f"./dev {verb}",
        description=description,
        allow_abbrev=False,
    )


def nothing_but_help(verb: str, description: str, arguments: list[str]) -> None:
    """Parse the words of a verb that knows none: `--help` is answered, anything else refused."""
    parser(verb, description).parse_args(arguments)


def folder(text: str) -> Path:
    """A folder that may be written, made if it is missing."""
    path = Path(text).expanduser().resolve()
    try:
        path.mkdir(parents=True, exist_ok=True)
        (path / ".here").touch()
        (path / ".here").unlink()
    except OSError as error:
        raise Stop(f"{path} cannot keep anything: {error.strerror}.", 2) from error
    return path
