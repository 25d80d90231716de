"""The table of rooms in the documentation is the one by which imports are judged."""

import re

from deploy.wanted import ROOT
from tests.test_architecture import MAY_IMPORT

_PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
_ROW = re.compile(r"^\| `(?P<room>[\w.]+)` \| [^|]+ \| (?P<imports>[^|]+) \|$", re.MULTILINE)


def test_the_rooms_are_those_of_the_import_rules() -> None:
    """Each with what it may import, no more and no less."""
    told = {row["room"]: set(row["imports"].split()) - {"nothing"} for row in _ROW.finditer(_PAGE)}
    assert told == {room: set(allowed.split()) for room, allowed in MAY_IMPORT.items()}
