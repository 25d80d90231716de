"""What `./dev` becomes: a program in our folder, with an environment that leads where it may."""

import pytest
from pytest_mock import MockerFixture

from devtools import ROOT, processes

COMMAND = ("python", "-m", "pytest")


def _became(mocker: MockerFixture, *, outside: bool) -> dict[str, str]:
    """The environment of the program that this process would have become."""
    execve, chdir = mocker.patch("os.execve"), mocker.patch("os.chdir")
    processes.become(COMMAND, processes.environment(outside=outside))
    chdir.assert_called_once_with(ROOT)
    program, command, env = execve.call_args.args
    assert (program, command) == (COMMAND[0], [*COMMAND])
    return dict(env)


@pytest.mark.parametrize("name", processes.OUTSIDE)
def test_a_test_run_finds_nothing_that_leads_outside(mocker: MockerFixture, name: str) -> None:
    mocker.patch.dict("os.environ", {name: "somewhere else"})
    assert name not in _became(mocker, outside=False)
    assert _became(mocker, outside=True)[name] == "somewhere else"


def test_this_machine_is_reached_past_a_proxy_and_our_packages_come_first(
    mocker: MockerFixture,
) -> None:
    mocker.patch.dict("os.environ", {"NO_PROXY": "intranet", "PYTHONPATH": "/elsewhere"})
    env = _became(mocker, outside=True)
    assert env["NO_PROXY"] == f"intranet,{processes.LOOPBACK}"
    assert env["PYTHONPATH"] == str(ROOT)


def test_what_it_starts_is_compiled_once_and_not_in_every_process(mocker: MockerFixture) -> None:
    mocker.patch.dict("os.environ", {"PYTHONDONTWRITEBYTECODE": "1"})
    assert "PYTHONDONTWRITEBYTECODE" not in _became(mocker, outside=False)
