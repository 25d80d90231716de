"""The office speaks English, Spanish and Portuguese, everywhere and in full."""

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_date
from jinja2 import Environment, nodes

from admin.words import TABLES
from devtools import ROOT, texts
from services.store import audit
from tests.office import scene
from tests.office.conftest import Desk
from tests.world import World

TEMPLATES = sorted((ROOT / "admin" / "templates").rglob("*.html"))
#: What is the same in every language.
NAMES = {"Moca", "UTC", "ms", "Ctrl", "Enter", "MB", "https"}
#: What scripts are told, and what stands before a language is known.
ALWAYS_ENGLISH = {
    "This office is entered through the Identity-Aware Proxy only.",
    "The token is for the API.",
    "That is not a token of the team.",
    "Too many wrong tokens came from here. Wait, and try again.",
}
CODE = sorted((ROOT / "admin").glob("*.py"))
SERVICES = sorted((ROOT / "services").rglob("*.py"))
#: The errors whose words a person may read in the office.
_REFUSALS = {"Rejected", "Conflict"}
_WRAPPED = {"gettext", "lazy_gettext", "ngettext"}
_SPOKEN = {"aria-label", "placeholder", "title", "alt"}
_HOLE = re.compile(r"%\((\w+)\)s|\{(\w+)\}|(</?[a-z]+>)")


def test_the_catalogues_hold_what_is_said_and_nothing_else() -> None:
    said = set(texts.extracted())
    for language in texts.LANGUAGES:
        listed = {_key(m.id) for m in texts.read(language) if m.id}
        assert listed == said, "run `./dev texts`"


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_text_is_translated_with_the_same_holes(language: str) -> None:
    catalog = texts.read(language)
    assert texts.untranslated(catalog) == []
    for message in (message for message in catalog if message.id):
        source = _key(message.id)
        plain = source if isinstance(source, str) else source[-1]
        for words in texts.words_of(message):
            assert _holes(str(words)) == _holes(plain), plain
            assert "%(" not in plain or "%" not in _HOLE.sub("", str(words)), plain


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_what_is_read_at_run_time_is_what_stands_in_the_catalogue(language: str) -> None:
    catalogue = texts.of_language(language)
    compiled = catalogue.with_suffix(".mo").read_bytes()
    assert compiled == texts.compiled(texts.read(language)), "run `./dev texts`"
    assert b"Babel" not in compiled  # else each of its releases would be a change


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.name)
def test_no_template_says_anything_past_the_catalogue(path: Path) -> None:
    assert list(_unwrapped(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "template",
    [
        "<p>Hello there</p>",
        '<p>{{ _("Hello") }} there</p>',
        '<a href="{{ x }}" aria-label="Close">+</a>',
        '{{ "Closed" if x else _("Open") }}',
        '{% for word in [("a", "On the way")] %}{{ word }}{% endfor %}',
    ],
)
def test_a_text_past_the_catalogue_is_found(template: str) -> None:
    assert len(list(_unwrapped(template))) == 1


def test_no_code_of_the_office_says_anything_past_the_catalogue() -> None:
    found = [words for path in CODE for words in _spoken(path.read_text(encoding="utf-8"))]
    assert set(found) <= ALWAYS_ENGLISH
    assert list(_spoken('say("All is well")')) == ["All is well"]


def test_no_service_refuses_past_the_catalogue() -> None:
    found = {words for path in SERVICES for words in _refused(path.read_text(encoding="utf-8"))}
    assert found == set()
    assert list(_refused('raise Rejected(f"At most {n}.")')) == ["f'At most {n}.'"]


def test_every_text_of_the_services_brings_what_its_holes_need() -> None:
    for path in SERVICES:
        for call in _calls(path.read_text(encoding="utf-8"), {"Text"}):
            text = ast.unparse(call.args[0])
            assert set(re.findall(r"%\((\w+)\)s", text)) == {w.arg for w in call.keywords}, text


def test_everything_that_is_recorded_has_words() -> None:
    assert set(TABLES["action"]) == set(get_args(audit.Action))  # more, the type checker refuses


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("es", ("Bandeja de entrada", "Te está esperando")),
        ("pt", ("Caixa de entrada", "Esperando por você")),
    ],
)
def test_a_page_is_in_the_browsers_language(
    world: World, desk: Desk, language: str, words: tuple[str, ...]
) -> None:
    scene.person(world, "alice", owner="waiting", owner_reason="customer_request")
    page = desk.get("/?tab=needs", headers={"accept-language": f"{language};q=0.9, fr"}).text
    assert f'<html lang="{language}">' in page
    assert all(word in page for word in words)


def test_the_operators_own_language_comes_before_the_browsers(world: World, desk: Desk) -> None:
    thread = scene.person(world, "alice")
    scene.messages(world, thread, 1, direction="outgoing", role="bot", status="failed",
                   error="the person has opted out")  # fmt: skip
    assert "Guardado." in desk.post("/me", language="es", keys="on").text
    page = desk.get(desk.thread(), headers={"accept-language": "pt"}).text
    assert '<html lang="es">' in page
    assert "la persona se ha dado de baja" in page
    here = world.clock.now().astimezone(ZoneInfo("Europe/Berlin"))
    assert format_date(here, "medium", "es") in page
    assert "No existe esa zona horaria." in desk.post("/me", language="es", zone="Mars").text
    assert desk.post("/me", language="xx").status_code == 400


def test_times_are_in_the_operators_zone_or_the_businesss_own(world: World, desk: Desk) -> None:
    scene.messages(world, scene.person(world, "alice"), 1)
    said_at = world.clock.now() - timedelta(seconds=1)
    for zone, shown in (("", "Europe/Berlin"), ("Asia/Tokyo", "Asia/Tokyo")):
        desk.post("/me", zone=zone)
        assert f"{said_at.astimezone(ZoneInfo(shown)):%H:%M}</time>" in desk.get(desk.thread()).text


def test_scripts_are_answered_in_english_whatever_the_operators_language(
    world: World, desk: Desk
) -> None:
    token = re.search(r'class="token">([^<]+)', desk.post("/team", name="Ana", role="admin").text)
    assert token
    headers = {"x-admin-token": token[1], "accept-language": "es"}
    desk.http.put("/api/me", json={"language": "es"}, headers=headers)
    answer = desk.get("/api/conversations/1_1", headers=headers)
    assert answer.json() == {"error": "There is nothing here."}


def _key(text: object) -> str | tuple[str, ...]:
    return tuple(text) if isinstance(text, list | tuple) else str(text)


def _holes(text: str) -> list[str]:
    return sorted("".join(found) for found in _HOLE.findall(text))


def _unwrapped(source: str) -> Iterator[str]:
    yield from _literals(source)
    bare = re.sub(r"\{% block layout %\}.*?\{% endblock %\}|\{#.*?#\}", "", source, flags=re.DOTALL)
    bare = re.sub(r"(</?)\{\{.*?\}\}", r"\1i", bare, flags=re.DOTALL)
    bare = re.sub(r"\{\{.*?\}\}", "0", bare, flags=re.DOTALL)
    reader = _Reader()
    reader.feed(re.sub(r"\{%.*?%\}", " ", bare, flags=re.DOTALL))
    yield from reader.found


def _literals(source: str) -> Iterator[str]:
    """Strings in expressions that look like something a person reads."""
    tree = Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(source)
    said: set[int] = set()
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in ("_", "ngettext"):
            said |= {id(constant) for constant in call.find_all(nodes.Const)}
    for constant in tree.find_all(nodes.Const):
        text = constant.value
        if isinstance(text, str) and id(constant) not in said and re.match(r"[A-Z][a-z]", text):
            yield text


def _spoken(code: str) -> Iterator[str]:
    """Strings in code that look like a sentence for a person."""
    tree, aside = ast.parse(code), set[int]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            aside.add(id(node.value))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in _WRAPPED:
            aside |= {id(inside) for inside in ast.walk(node)}
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and id(node) not in aside else None
        if isinstance(text, str) and re.match(r"[A-Z][a-z]+ [a-z]+", text):
            yield text


def _refused(code: str) -> Iterator[str]:
    """Finished sentences with which something is refused."""
    for call in _calls(code, _REFUSALS):
        if call.args and isinstance(call.args[0], ast.Constant | ast.JoinedStr):
            yield ast.unparse(call.args[0])


def _calls(code: str, names: set[str]) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in names:
            yield node


class _Reader(HTMLParser):
    """Collects what a person would read or hear."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside.append(tag)
        for name, value in attrs:
            if name in _SPOKEN and _says(value or ""):
                self.found.append(f"{name}={value}")

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not {"code", "kbd", "pre"} & set(self._inside[-2:]) and _says(data):
            self.found.append(data.strip())


def _says(text: str) -> bool:
    return bool(set(re.findall(r"[A-Za-z]{2,}", text)) - NAMES)
