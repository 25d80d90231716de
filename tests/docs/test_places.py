"""A file, folder or test that a page names by its path is there."""

import re
from pathlib import Path

import pytest

from deploy.wanted import ROOT
from tests.docs.naming import asserts

#: Every page but the changelog, which tells of files as they were then.
PAGES = [
    *(page for page in sorted(ROOT.glob("*.md")) if page.name != "CHANGELOG.md"),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "tests").rglob("*.md")),
]
_FILE = re.compile(r"[\w.][\w./-]*\.(?:py|md|html|js|css|json|lock|toml|txt|yaml|png|webp)")
_FOLDERS = "|".join(re.escape(path.name) for path in ROOT.iterdir() if path.is_dir())
_BELOW = re.compile(rf"(?:{_FOLDERS})/[\w./-]*")


def _named(page: Path) -> list[str]:
    """What stands in backticks and is a path of ours."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [
        name
        for name in re.findall(r"`([^`\n]+)`", text)
        if _FILE.fullmatch(name.partition("::")[0]) or _BELOW.fullmatch(name)
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_path_in_a_page_is_there(page: Path) -> None:
    """Seen from the root, or from the page's own folder."""
    wrong = [
        name
        for name in _named(page)
        if not (asserts(name) if "::" in name else _is_there(name, page.parent))
    ]
    assert wrong == []


def test_paths_are_found_at_all() -> None:
    """The pages name many: a test that looks past them says nothing."""
    assert sum(len(_named(page)) for page in PAGES) > 150


def _is_there(name: str, folder: Path) -> bool:
    return (ROOT / name).exists() or (folder / name).exists()
