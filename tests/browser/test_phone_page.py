"""The local run's phone page: every kind of message, without a barrier, wide and narrow."""

from playwright.sync_api import Route, expect

from tests.browser.conftest import Screen

DEEDS = (
    ("text", "hello"),
    ("story_reply", "this one!"),
    ("voice", ""),
    ("text", "I mistipe"),
    ("edit", "I mistype"),
    ("text", "oops"),
    ("unsend", ""),
)


def test_on_the_first_visit_a_customer_is_ready_to_write(screen: Screen) -> None:
    box = screen.page.get_by_placeholder("Message …")
    shut: list[bool] = []

    def ask(route: Route) -> None:
        # Until the page knows who is there, nothing can be typed to nobody.
        shut.append(box.is_disabled())
        route.continue_()

    screen.page.route("**/_local/live?with=", ask)
    screen.page.goto(screen.world.stack.url)
    box.fill("hello")
    screen.page.keyboard.press("Enter")
    expect(screen.page.locator(".bubble.person")).to_contain_text("hello")
    assert shut == [True]


def test_the_phone_shows_every_kind_of_message_without_a_barrier(screen: Screen) -> None:
    for kind, text in DEEDS:
        screen.world.dm("alice", text, kind=kind)
    screen.world.owner_sends("alice", attachments=[{"type": "image"}])
    screen.examine()
    screen.page.goto(f"{screen.world.stack.url}/?with=alice")
    bubbles = screen.page.locator(".bubble")
    for said in ("a story of the business", "Audio", "edited", "unsent", "Photo"):
        expect(bubbles.filter(has_text=said)).to_be_visible()
    found = [screen.violations()]
    screen.page.emulate_media(color_scheme="dark")
    found.append(screen.violations("color-contrast"))
    screen.page.set_viewport_size({"width": 320, "height": 600})
    assert screen.page.evaluate("document.documentElement.scrollWidth") == 320
    assert found == [[], []]
    # What comes then throws neither the keyboard nor the reader about.
    button, log = screen.page.locator("#people button"), screen.page.locator("#log")
    button.focus()
    log.evaluate("log => { log.scrollTop = 0; }")
    screen.world.dm("alice", "one more")
    expect(bubbles.last).to_contain_text("one more")
    expect(button).to_be_focused()
    assert log.evaluate("log => log.scrollTop") == 0
