"""Every page, in light and dark, narrow and enlarged, without a barrier that a program can find."""

from typing import Any

from flask import Flask
from playwright.sync_api import expect

from admin import NOUNS
from tests.browser.conftest import DESK, PHONE, Screen
from tests.browser.pages import NOT_PAGES, PAGES, filled
from tests.office import scene

#: A window of 1280 pixels enlarged to 200 %, and the narrowest that must do.
ENLARGED, NARROW = {"width": 640, "height": 450}, {"width": 320, "height": 600}


def test_every_page_is_among_those_that_are_examined() -> None:
    app = Flask("pages")
    for noun in NOUNS:
        app.register_blueprint(noun.blueprint)
    known = app.url_map.bind("office")
    paths = [page.format(thread="1_2", account="1").partition("?")[0] for page in PAGES]
    seen = {known.match(path)[0] for path in paths if path != "/nothing-here"}
    shown = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.endpoint.startswith("api.")
    }
    assert shown - NOT_PAGES == seen


def test_no_page_has_a_barrier_or_scrolls_sideways(screen: Screen) -> None:
    screen.examine()
    paths = filled(screen)
    screen.world.store.document("operators/owner").set({"language": "es"})  # longer words
    found: dict[str, Any] = {}
    for path in paths:
        screen.page.emulate_media(color_scheme="light")
        screen.page.set_viewport_size(DESK)  # type: ignore[arg-type] # ints
        screen.open(path)
        found[path] = screen.violations()
        screen.page.emulate_media(color_scheme="dark")
        found[f"{path}, dark"] = screen.violations("color-contrast")
        for size in (ENLARGED, NARROW):
            screen.page.set_viewport_size(size)  # type: ignore[arg-type] # ints
            wide = screen.page.evaluate("document.documentElement.scrollWidth")
            found[f"{path}, {size['width']} wide"] = wide if wide > size["width"] else []
        if "tab=" in path or "queue" in path:  # where a phone shows something else
            found[f"{path}, narrow"] = screen.violations()
    screen.problems = [told for told in screen.problems if "404" not in told]
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_open_menus_and_the_door_have_no_barrier(screen: Screen) -> None:
    screen.examine()
    (thread,) = [path for path in filled(screen) if path.endswith("?tab=all") and "conv" in path]
    found = {}
    for scheme in ("light", "dark"):
        screen.page.emulate_media(color_scheme=scheme)
        screen.open(thread)
        screen.page.locator(".why-reply summary").first.click()
        screen.page.locator("#acts summary").click()
        found[f"menus, {scheme}"] = screen.violations()
        screen.page.keyboard.press("Escape")
        screen.page.keyboard.press("Control+k")
        found[f"palette, {scheme}"] = screen.violations()
    screen.page.goto("about:blank")  # its live feed would be refused
    screen.page.context.clear_cookies()
    screen.open("/sign-in")
    found["door"] = screen.violations()
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_the_keyboard_stays_where_it_was_when_a_part_is_exchanged(screen: Screen) -> None:
    thread = scene.person(screen.world, "alice")
    page, keys = screen.page, screen.page.keyboard
    screen.open(f"/conversations/{thread}?tab=all")
    page.get_by_role("button", name="Take over").first.press("Enter")
    expect(page.get_by_role("button", name="Hand back")).to_be_focused()
    page.get_by_label("New label").fill("vip")
    keys.press("Enter")
    expect(page.get_by_label("New label")).to_be_focused()
    page.set_viewport_size(PHONE)  # type: ignore[arg-type] # ints
    screen.open("/?tab=all")
    page.locator(".row-link").press("Enter")  # the list gives way to the conversation
    expect(page.locator("#thread-head h1")).to_be_focused()


def test_nothing_moves_for_whoever_wants_no_motion(screen: Screen) -> None:
    screen.page.emulate_media(reduced_motion="reduce")
    screen.open("/me")
    moves = "[...document.querySelectorAll('*')].filter((node) => "
    moves += "parseFloat(getComputedStyle(node).transitionDuration) > 0).length"
    assert screen.page.evaluate(moves) == 0


def test_single_keys_do_nothing_once_they_are_switched_off(screen: Screen) -> None:
    screen.open("/me")
    screen.page.get_by_label("Single-key shortcuts").uncheck()
    screen.page.get_by_role("button", name="Save").click()
    expect(screen.page.get_by_text("Saved.")).to_be_visible()
    screen.page.locator("h1").click()
    screen.page.keyboard.press("?")
    expect(screen.page.locator("#help")).to_be_hidden()
    screen.page.keyboard.press("Control+k")
    expect(screen.page.locator("#palette")).to_be_visible()
