"""Ice breakers and menu: read from Instagram, changed there, refused where Instagram would."""

from typing import Any

import pytest

from services.accounts.openers import Button, objection
from tests.office.conftest import Desk
from tests.world import ACCOUNT, World


def _at_instagram(world: World, name: str) -> list[dict[str, Any]]:
    core = world.stack.instagram.core
    with core.lock:
        return list(core.messenger_profile.get((ACCOUNT, name), []))


def test_what_is_typed_is_offered_and_shown_again(world: World, desk: Desk) -> None:
    page = desk.post(
        "/openers",
        question=["When do you  open?", "", "<b>Prices?</b>"],
        title=["Talk to us", "Shop", ""],
        url=["", "https://example.org/shop", ""],
    ).text
    (breakers,) = _at_instagram(world, "ice_breakers")
    assert [a["question"] for a in breakers["call_to_actions"]] == [
        "When do you open?",
        "<b>Prices?</b>",
    ]
    (menu,) = _at_instagram(world, "persistent_menu")
    assert [a["type"] for a in menu["call_to_actions"]] == ["postback", "web_url"]
    assert 'value="When do you open?"' in page
    assert 'value="https://example.org/shop"' in page
    assert "openers" in [a["action"] for a in world.documents("audit")]


def test_emptied_they_are_removed(world: World, desk: Desk) -> None:
    desk.post("/openers", question=["One?"], title=["Two"], url=[""])
    desk.post("/openers", question=[""], title=["Two"], url=[""])
    assert _at_instagram(world, "ice_breakers") == []
    assert len(_at_instagram(world, "persistent_menu")) == 1


def test_other_languages_stay(world: World, desk: Desk) -> None:
    other = {"locale": "de_DE", "call_to_actions": [{"question": "Preise?", "payload": "p"}]}
    desk.post("/openers", question=["Prices?"])
    core = world.stack.instagram.core
    with core.lock:
        core.messenger_profile[ACCOUNT, "ice_breakers"].append(other)
    assert "1 further language is set elsewhere" in desk.get("/openers").text
    desk.post("/openers", question=["Hours?"])
    assert _at_instagram(world, "ice_breakers")[1] == other


def test_what_instagram_would_refuse_is_refused_and_kept(world: World, desk: Desk) -> None:
    page = desk.post("/openers", title=["Shop"], url=["javascript:alert(1)"])
    assert (page.status_code, "An address begins with https://" in page.text) == (422, True)
    assert 'value="javascript:alert(1)"' in page.text
    assert _at_instagram(world, "persistent_menu") == []


@pytest.mark.parametrize(
    ("questions", "menu", "words"),
    [
        ([], [], ""),
        (["When?"], [Button("Shop", "https://a.example")], ""),
        (["a", "b", "c", "d", "e"], [], "At most 4 questions."),
        (["a", "a"], [], "The same words stand there twice."),
        (["q" * 81], [], "A question has at most 80 characters."),
        ([], [Button("t" * 31)], "A title has at most 30 characters."),
        ([], [Button("", "https://a.example")], "A button needs a title."),
        ([], [Button(str(n)) for n in range(21)], "At most 20 buttons."),
        ([], [Button("x", "http://a.example")], "An address begins with https://"),
        ([], [Button("x", "https://[")], "An address begins with https://"),
    ],
)
def test_the_limits_of_instagram(questions: list[str], menu: list[Button], words: str) -> None:
    assert str(objection(questions, menu) or "") == words


def test_an_instagram_that_is_down_is_said_and_nothing_can_be_lost(
    world: World, desk: Desk
) -> None:
    world.instagram_does({"on": "account", "code": 190})
    page = desk.get("/openers").text
    assert "Instagram does not take it." in page
    assert 'name="question"' not in page
