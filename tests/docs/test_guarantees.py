"""Every guarantee in the README names the test that shows it."""

import re

import pytest

from deploy.wanted import ROOT
from tests.docs.naming import asserts

_ROW = re.compile(r"^\| (?P<words>[^|]+) \| `(?P<test>tests/[\w/]+\.py::test_\w+)` \|$")
_SECTION = (ROOT / "README.md").read_text(encoding="utf-8").partition("## What is guaranteed\n")[2]
_ROWS = [line for line in _SECTION.partition("\n## ")[0].splitlines() if line.startswith("| ")][1:]


def test_there_are_guarantees() -> None:
    """The table is where the README has it."""
    assert len(_ROWS) >= 15


@pytest.mark.parametrize("row", _ROWS)
def test_a_guarantee_names_a_test_that_exists(row: str) -> None:
    """File and function are there, and the function asserts something."""
    found = _ROW.match(row)
    assert found, row
    assert asserts(found["test"])
