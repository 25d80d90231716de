"""Every verb explains itself in the same way, and does nothing else when it is asked to."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy import __main__ as deploy
from deploy import check_bundle
from devtools import capture, commands, doctor, supply, tables, texts
from emulators.conformance import __main__ as conformance
from tests.delivery import hour
from tests.dev.conftest import Dev
from tests.simulation import __main__ as sim

VERBS: dict[str, Callable[[list[str]], object]] = {
    "audit": supply.audit,
    "bundle": check_bundle.main,
    "capture": capture.main,
    "check": commands.check,
    "conformance": conformance.main,
    "deploy": deploy.main,
    "dm": commands.send_dm,
    "doctor": doctor.main,
    "licences": supply.licences,
    "lock": supply.lock,
    "settings": tables.main,
    "setup": commands.setup,
    "sim": sim.main,
    "sim --hour": hour.main,
    "texts": texts.main,
    "subscribe": lambda rest: doctor.main(["subscribe", *rest]),
    "up": commands.up,
}
_OPTION = re.compile(r"^  (?=\S)", re.MULTILINE)
_OPTION_WITH_WORDS = re.compile(r"^  \S+(?: \S+|, \S+)*(?:  +|\n {10,})\S", re.MULTILINE)


@pytest.mark.parametrize("verb", VERBS)
def test_help_names_the_verb_says_what_it_does_and_explains_each_option(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        VERBS[verb](["--help"])
    said = capsys.readouterr().out
    usage, sentence, *options = said.split("\n\n")
    assert (ended.value.code, usage.startswith(f"usage: ./dev {verb} ")) == (0, True)
    assert re.fullmatch(r"[A-Z][^\n]*(\n[^\n]+)*[.]", sentence)
    for group in options:
        assert len(_OPTION.findall(group)) == len(_OPTION_WITH_WORDS.findall(group)), group


@pytest.mark.parametrize("verb", ["audit", "bundle", "check", "licences", "lock", "settings"])
def test_what_a_verb_does_not_know_is_refused_before_it_does_anything(verb: str) -> None:
    with pytest.raises(SystemExit) as ended:
        VERBS[verb](["--hepl"])
    assert ended.value.code == 2


def test_help_of_one_command_is_what_the_command_says(dev: Dev) -> None:
    assert dev("help", "dm").stdout == dev("dm", "--help").stdout


def test_settings_says_whether_a_page_was_behind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "settings.md").write_text(tables.page(), encoding="utf-8")
    tables.main([], tmp_path)
    said = capsys.readouterr().out.splitlines()
    assert said == ["docs/settings.md is as it was.", "docs/rights.md has changed."]
    assert (tmp_path / "rights.md").read_text(encoding="utf-8") == tables.rights()


@pytest.mark.parametrize("words", [("",), ("  ",), ("hello", "--from", "")])
def test_a_dm_without_words_or_a_name_is_refused(dev: Dev, words: tuple[str, ...]) -> None:
    said = dev("dm", *words)
    assert (said.returncode, said.stderr.count("\n")) == (2, 1)


def test_a_folder_that_cannot_keep_the_state_is_refused_in_one_sentence(dev: Dev) -> None:
    said = dev("up", "--data", "/dev/null/state")
    assert (said.returncode, said.stderr.count("\n")) == (2, 1)
