"""The office while an answer is awaited: another comes first, it fails, one has gone elsewhere."""

from datetime import timedelta

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import PHONE, Screen, dm
from tests.office import scene

#: Counts what has ended, also where the element that asked is gone.
COUNTED = """
let ended = 0;
document.addEventListener("htmx:beforeRequest", ({ detail }) => detail.xhr.addEventListener(
  "loadend", () => { document.body.dataset.ended = String(++ended); }));
"""


class Held:
    """What is asked of some addresses, kept back until it is released."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.routes: list[Route] = []
        page.route(address, self._keep)

    def _keep(self, route: Route) -> None:
        self.routes.append(route)

    def release(self, ended: int = 0) -> None:
        """Let it through, and wait until so many answers have come to this page."""
        for route in self.routes:
            route.continue_()
        if ended:
            expect(self.page.locator("body")).to_have_attribute("data-ended", str(ended))


def _two(screen: Screen) -> tuple[str, str]:
    held = {"owner": "human", "owner_until": None}
    alice, bob = (scene.person(screen.world, name, **held) for name in ("alice", "bob"))
    screen.page.add_init_script(COUNTED)
    screen.conversation()
    return alice, bob


def test_a_late_answer_leaves_the_conversation_that_was_chosen_since(screen: Screen) -> None:
    alice, bob = _two(screen)
    page, text = screen.page, screen.page.get_by_label("Your message")
    held = Held(page, f"**/conversations/{alice}*/**")
    page.get_by_label("New label").fill("vip")
    page.keyboard.press("Enter")
    page.locator(f"#row-{bob} .row-link").click()
    expect(page.locator("#thread-head h1")).to_have_text("Bob")
    text.fill("for Bob only")
    held.release(2)
    expect(text).to_have_value("for Bob only")
    assert screen.world.conversation("alice")["labels"] == ["vip"]
    held = Held(page, f"**/conversations/{alice}?*")
    page.locator(f"#row-{alice} .row-link").click()
    page.locator(f"#row-{bob} .row-link").click()
    held.release(4)
    assert page.locator("#thread-head h1").inner_text() == "Bob"
    expect(text).to_have_value("for Bob only")
    page.get_by_role("button", name="Hand back", exact=True).click()
    expect(page.locator("#notices")).to_contain_text("Handed back")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type] # ints
    page.get_by_label("About this person").click()
    page.get_by_label("E-mail").fill("nonsense")
    page.keyboard.press("Enter")
    expect(page.locator("#e-email")).to_be_visible()
    assert ["422" in problem for problem in screen.problems] == [True]  # Chromium tells of it
    screen.problems.clear()


def test_a_message_under_way_is_sent_once_whatever_ends_before_it(screen: Screen) -> None:
    _two(screen)
    page, text = screen.page, screen.page.get_by_label("Your message")
    held = Held(page, "**/messages?*")
    text.fill("only once")
    page.keyboard.press("Control+Enter")
    expect(text).not_to_be_editable()
    page.locator("#q").fill("nobody")
    expect(page.locator(".found")).to_be_visible()
    expect(page.locator("#present")).to_have_text("Sending …")
    dm(screen.world, "bob", "meanwhile")
    expect(page.locator("[data-count=all]")).to_have_text("2")
    page.locator("#q").fill("")
    expect(page.locator("#rows .row-item").first).to_contain_text("meanwhile")
    expect(page.locator("#q")).to_have_count(1)
    held.release(3)
    expect(page.locator(".line.us.office")).to_contain_text("only once")
    expect(text).to_have_value("")
    expect(text).to_be_editable()


def test_whoever_has_gone_on_hears_that_a_message_was_refused(screen: Screen) -> None:
    alice, bob = _two(screen)
    page, text = screen.page, screen.page.get_by_label("Your message")
    held = Held(page, "**/messages?*")
    text.fill("precious words")
    page.keyboard.press("Control+Enter")
    page.locator(f"#row-{bob} .row-link").click()
    expect(page.locator("#thread-head h1")).to_have_text("Bob")
    expect(text).to_have_value("")
    long_ago = screen.world.clock.now() - timedelta(days=9)
    ms = int(long_ago.timestamp() * 1000)
    screen.world.store.document(f"conversations/{alice}").update({"last_inbound_at": ms})
    held.release(2)
    expect(page.locator("#notices")).to_contain_text("Your message to Alice was not sent.")
    page.locator(f"#row-{alice} .row-link").click()
    expect(text).to_have_value("precious words")
    assert ["422" in problem for problem in screen.problems] == [True]  # Chromium tells of it
    screen.problems.clear()


def test_what_could_not_be_fetched_comes_all_the_same_and_nothing_open_is_shut(
    screen: Screen,
) -> None:
    alice, _ = _two(screen)
    scene.messages(screen.world, alice, 40, direction="outgoing", role="bot", status="sent")
    screen.conversation()
    page, pill = screen.page, screen.page.locator("#new-pill")
    page.locator(".why-reply summary").last.click()
    comment = page.get_by_placeholder("What was good or wrong?").last
    comment.fill("half a thou")
    page.locator("#log-scroll").evaluate("log => { log.scrollTop = 300; log.focus(); }")
    page.route("**/newest?*", lambda route: route.abort(), times=1)
    dm(screen.world, "alice", "are you there?")
    expect(pill).to_be_visible()
    expect(comment).to_have_value("half a thou")
    with page.expect_request("**/seen"):
        page.locator("#log-scroll").evaluate("log => { log.scrollTop = log.scrollHeight; }")
    expect(pill).to_be_hidden()
    expect(page.locator(f"#row-{alice} .unread-count")).to_have_count(0)
    assert ["net::ERR_FAILED" in problem for problem in screen.problems] == [True]
    screen.problems.clear()


def test_what_was_just_read_is_not_called_unread_by_whoever_has_not_heard_of_it(
    screen: Screen,
) -> None:
    alice, _ = _two(screen)
    page, row = screen.page, screen.page.locator(f"#row-{alice}")
    held = Held(page, "**/seen")
    dm(screen.world, "alice", "are you there?")
    expect(row).to_contain_text("are you there?")
    expect(row.locator(".unread-count")).to_have_count(0)
    page.locator("#q").fill("alice")
    expect(page.locator(".found")).to_be_visible()
    expect(row.locator(".unread-count")).to_have_count(0)
    held.release()
