"""The doctor says in words what is missing, and asks the services when it is told to."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from devtools import ROOT, doctor
from devtools.stop import Stop
from emulators.http import HttpServer
from services.accounts.health import FIELDS
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


def test_the_page_on_metas_side_names_the_fields_that_are_subscribed() -> None:
    """They are chosen by hand there, and asked for by command here."""
    page = (ROOT / "docs" / "meta.md").read_text(encoding="utf-8")
    assert [field for field in FIELDS if f"`{field}`" not in page] == []


@pytest.fixture
def messenger() -> Iterator[tuple[str, set[str]]]:
    """The Messenger platform, where page 4242 speaks, and the fields that it sends."""
    sent: set[str] = set()

    def graph(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        asked, query = environ["PATH_INFO"], environ["QUERY_STRING"]
        if environ["REQUEST_METHOD"] == "POST":
            sent.update(query.partition("subscribed_fields=")[2].partition("&")[0].split("%2C"))
        fields = f'{{"data": [{{"subscribed_fields": {sorted(sent)}}}]}}'.replace("'", '"')
        answers = {"/me": '{"id": "4242", "name": "Club"}', "/4242/subscribed_apps": fields}
        refused = "appsecret_proof=" not in query or "user_id" in query
        start("400 Bad Request" if refused else "200 OK", [("Content-Type", "application/json")])
        return [b'{"error": {"code": 100}}' if refused else answers[asked].encode()]

    server = HttpServer(graph, 0)
    server.start()
    yield server.url, sent
    server.stop()


def test_a_page_is_only_switched_on_and_each_call_proves_the_secret(
    messenger: tuple[str, set[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its fields are chosen in the dashboard, and are no complaint here."""
    url, sent = messenger
    file = tmp_path / "env"
    told = {"INSTAGRAM_API_BASE_URL": url, "FACEBOOK_PAGE_ID": "4242", "META_APP_SECRET": "s"}
    told |= {"INSTAGRAM_PAGE_ID": "17841400000000001", "INSTAGRAM_ACCESS_TOKEN": "t"}
    file.write_text("\n".join(f"{name}={value}" for name, value in told.items()))
    assert doctor.main(["subscribe", f"--env-file={file}"]) == 0, capsys.readouterr().out
    assert sent == {"messages"}
    assert doctor.main(["--live", f"--env-file={file}"]) == 0
    assert "the token is that of Club, the page that answers" in capsys.readouterr().out
