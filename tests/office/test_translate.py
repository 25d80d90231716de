"""What the services said is read in the reader's language, with whatever stands in its holes."""

from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_date, format_time

from services.domain.text import Text
from tests.office import scene
from tests.office.conftest import Desk
from tests.world import ACCOUNT, World


def _bubble(world: World, error: object) -> str:
    """A message that failed for this reason, as the store keeps it; its conversation."""
    thread = scene.person(world, "alice")
    scene.messages(world, thread, 1, direction="outgoing", role="bot", status="failed", error=error)
    return thread


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("es", "Una respuesta tiene como máximo 2.000 caracteres."),
        ("pt", "Uma resposta tem no máximo 2.000 caracteres."),
    ],
)
def test_a_refusal_is_in_the_readers_language_and_so_are_its_numbers(
    desk: Desk, language: str, words: str
) -> None:
    desk.post("/me", language=language)
    page = desk.post("/canned", name="long", text="x" * 2001)
    assert (page.status_code, words in page.text) == (422, True)


def test_a_stored_finding_is_read_in_each_readers_own_language_and_zone(
    world: World, desk: Desk
) -> None:
    at = world.clock.now()
    world.dm("alice", "hello")
    world.settle()
    desk.post("/account/self-test")
    for language, zone, words in (
        ("es", "Asia/Tokyo", "El último mensaje llegó el {}."),
        ("pt", "Europe/Berlin", "A última mensagem chegou em {}."),
    ):
        desk.post("/me", language=language, zone=zone)
        local = at.astimezone(ZoneInfo(zone))
        day = format_date(local, "medium", language)
        time = format_time(local, "short", ZoneInfo(zone), language)
        assert words.format(f"{day}, {time}") in desk.get("/account").text


def test_a_text_within_a_text_is_translated_too(world: World, desk: Desk) -> None:
    world.http.post(f"{world.stack.instagram_url}/_sim/token", json={"invalid": True})
    desk.post("/me", language="es")
    page = desk.post("/account/self-test").text
    assert "Se cambió la contraseña de la cuenta (error 190/460). Vuelve a iniciar sesión" in page


def test_a_script_reads_a_stored_text_in_english(world: World, desk: Desk) -> None:
    kind = "ReadTimeout"
    thread = _bubble(world, Text("Instagram did not answer (%(kind)s).", kind=kind).stored())
    desk.post("/me", language="es")
    answer = desk.get(f"/api/conversations/{thread}").json()
    assert answer["messages"][0]["error"] == "Instagram did not answer (ReadTimeout)."


def test_what_fills_a_hole_is_shown_as_it_is(world: World, desk: Desk) -> None:
    """Neither filled in again, nor markup, nor looked up in the catalogue."""
    for kind, shown in (
        ("%(kind)s %d 100%", "%(kind)s %d 100%"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("The note is empty.", "The note is empty."),
    ):
        text = Text("Instagram did not answer (%(kind)s).", kind=kind)
        _bubble(world, text.stored())
        page = desk.get(desk.thread(), headers={"accept-language": "es"}).text
        assert f"Instagram no respondió ({shown})." in page


def test_what_an_earlier_version_stored_as_a_sentence_is_shown_as_it_is(
    world: World, desk: Desk
) -> None:
    _bubble(world, "Instagram did not answer (timeout). 100% %(sure)s")
    page = desk.get(desk.thread(), headers={"accept-language": "es"}).text
    assert "Instagram did not answer (timeout). 100% %(sure)s" in page


def test_why_an_account_stopped_is_kept_as_a_text(world: World, desk: Desk) -> None:
    desk.post("/account/pause")
    account = world.store.document(f"accounts/{ACCOUNT}").get().to_dict() or {}
    assert account["state_reason"] == "paused by hand"
    desk.post("/me", language="es")
    assert "pausada a mano" in desk.get("/account").text
