"""The doctor says in words what is missing, and asks the services when it is told to."""

from pathlib import Path

import pytest

from devtools import doctor
from devtools.stop import Stop
from tests.world import World


def _filled_in(world: World, folder: Path, **changed: str) -> list[str]:
    """An environment file that leads to this world, and the words that name it."""
    told = world.stack.environment | changed
    file = folder / "env"
    file.write_text("\n".join(f"{name}={value}" for name, value in told.items()))
    return [f"--env-file={file}"]


def _live(world: World) -> list[str]:
    return ["--live", f"--webhook={world.stack.url}/webhook"]


def test_an_empty_folder_is_told_where_to_begin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No file, no account: both are said with what to do."""
    assert doctor.main([f"--env-file={tmp_path}/.env"]) == 1
    told = capsys.readouterr().out
    assert "cp .env.example .env" in told
    assert "INSTAGRAM_PAGE_ID is no number" in told


def test_a_world_in_order_has_nothing_to_mend(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """After subscribing, every service says yes."""
    environment = _filled_in(world, tmp_path, WHATSAPP_ACCESS_TOKEN="")
    assert doctor.main(["subscribe", *environment]) == 0
    assert doctor.main([*_live(world), *environment]) == 0, capsys.readouterr().out
    told = capsys.readouterr().out
    assert "Nothing to mend." in told
    assert "refuses a stranger's signature" in told


@pytest.mark.parametrize(
    "wrong",
    [
        ("INSTAGRAM_ACCESS_TOKEN", "worn-out", "not so: Instagram takes the token"),
        ("INSTAGRAM_PAGE_ID", "17841400000000077", "belongs to another account"),
        ("INSTAGRAM_APP_SECRET", "another", "takes what INSTAGRAM_APP_SECRET signs (it answered"),
        ("INSTAGRAM_VERIFY_TOKEN", "another", "does not answer Meta's handshake"),
        ("GOOGLE_GEMINI_BASE_URL", "http://127.0.0.1:1", "not so: Gemini takes the key"),
        ("WHATSAPP_ACCESS_TOKEN", "worn-out", "not so: WhatsApp takes the token"),
    ],
)
def test_each_thing_that_is_wrong_is_named(
    world: World,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    wrong: tuple[str, str, str],
) -> None:
    """A wrong value is found by asking whoever must know it."""
    name, value, complaint = wrong
    assert doctor.main([*_live(world), *_filled_in(world, tmp_path, **{name: value})]) == 1
    told = capsys.readouterr().out
    assert complaint in told
    assert "local-app-secret" not in told
    assert "local-access-token" not in told


def test_every_secret_of_a_rotation_is_tried(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The list may name apps; a secret that the deployment has not got is told by its place."""
    rotating = "one-to-come, partner=local-app-secret"
    environment = _filled_in(world, tmp_path, INSTAGRAM_APP_SECRET=rotating)
    doctor.main([*_live(world), *environment])
    told = capsys.readouterr().out
    assert "not so: the webhook takes what INSTAGRAM_APP_SECRET signs, 1 of 2" in told
    assert "ok the webhook takes what INSTAGRAM_APP_SECRET signs, 2 of 2" in told
    assert "one-to-come" not in told


def test_missing_fields_are_named_with_the_command_that_adds_them(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without message_echoes a human's reply in the app would go unseen."""
    world.stack.instagram.core.subscribed = {"messages"}
    assert doctor.main([*_live(world), *_filled_in(world, tmp_path)]) == 1
    told = capsys.readouterr().out
    assert "not subscribed: message_echoes" in told
    assert "run ./dev subscribe" in told


def test_subscribing_needs_the_token(tmp_path: Path) -> None:
    """It is asked of Instagram in the account's name."""
    with pytest.raises(Stop, match="INSTAGRAM_ACCESS_TOKEN"):
        doctor.main(["subscribe", f"--env-file={tmp_path}/none"])
