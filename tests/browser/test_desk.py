"""The office as a person uses it, in a real browser."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Screen, dm
from tests.office import scene


def _in_hand(screen: Screen) -> None:
    """Alice has written, and a person has the conversation: the bot keeps out of it."""
    scene.person(screen.world, "alice", owner="human", owner_until=None)
    dm(screen.world, "alice", "hello")
    screen.conversation()
    expect(screen.page.get_by_role("log")).to_contain_text("hello")


def test_a_message_arrives_while_one_looks(screen: Screen) -> None:
    scene.person(screen.world, "alice")
    screen.conversation()
    dm(screen.world, "alice", "is anybody there?")
    log = screen.page.get_by_role("log")
    expect(log).to_contain_text("is anybody there?")
    expect(screen.page.locator("#rows .row-item").first).to_contain_text("is anybody there?")
    expect(log.locator(".line.us.bot")).to_be_visible()
    expect(screen.page.locator("#compose-hint")).to_be_visible()
    screen.world.owner_types("alice", "I am here myself")
    screen.world.settle(within_seconds=5)
    expect(screen.page.locator("#facts")).to_contain_text("Instagram app")
    expect(screen.page.locator("#compose-hint")).to_be_hidden()


def test_a_message_never_steals_the_scroll(screen: Screen) -> None:
    thread = scene.person(screen.world, "alice", owner="human", owner_until=None)
    scene.messages(screen.world, thread, 60)
    screen.conversation()
    log = screen.page.locator("#log-scroll")
    log.evaluate("log => { log.scrollTop = 300; }")
    before = log.evaluate("log => log.scrollTop")
    dm(screen.world, "alice", "down here")
    expect(screen.page.locator("#new-pill")).to_have_text("1 new ↓")
    assert log.evaluate("log => log.scrollTop") == before
    screen.page.locator("#new-pill").click()
    expect(screen.page.locator("#new-pill")).to_be_hidden()


def test_whoever_scrolls_before_the_page_was_drawn_stays_there_too(screen: Screen) -> None:
    thread = scene.person(screen.world, "alice", owner="human", owner_until=None)
    scene.messages(screen.world, thread, 60)
    screen.page.add_init_script("""document.addEventListener("load", ({ target }) => {
      if (target.src?.includes("desk.js")) document.getElementById("log-scroll").scrollTop = 300;
    }, true);""")
    screen.conversation()
    dm(screen.world, "alice", "down here")
    expect(screen.page.locator("#new-pill")).to_have_text("1 new ↓")


def test_a_reply_is_written_sent_and_shown_at_once(screen: Screen) -> None:
    _in_hand(screen)
    screen.page.get_by_label("Your message").fill("A person here 🙂")
    expect(screen.page.locator("#bytes")).to_have_text("18 of 1000 bytes")
    screen.page.keyboard.press("Control+Enter")
    bubble = screen.page.locator(".line.us.office", has_text="A person here")
    expect(bubble).to_contain_text("Sent")
    expect(screen.page.get_by_label("Your message")).to_have_value("")
    expect(screen.page.locator("#thread-head")).to_contain_text("Owner")
    assert screen.world.sent_to("alice") == ["A person here 🙂"]


def test_taking_over_while_a_turn_runs_keeps_the_bot_silent(screen: Screen) -> None:
    call = {"name": "send_instagram_message", "args": {"text": "too late"}}
    screen.world.model_says({"calls": [call], "hold": "thinking"})
    scene.person(screen.world, "alice")
    screen.conversation()
    dm(screen.world, "alice", "hello")
    assert screen.world.stack.gemini.gates.wait_for("thinking", 20)
    screen.page.get_by_role("button", name="Take over").click()
    expect(screen.page.get_by_role("log")).to_contain_text("Owner took over")
    screen.world.stack.gemini.gates.release("thinking")
    expect(screen.page.get_by_role("log")).to_contain_text("Not answered: a person took over")
    assert screen.world.sent_to("alice") == []


def test_a_failed_send_is_shown_and_tried_again(screen: Screen) -> None:
    _in_hand(screen)
    screen.world.instagram_does({"code": 551})
    screen.page.get_by_label("Your message").fill("please arrive")
    screen.page.get_by_role("button", name="Send").click()
    failed = screen.page.locator(".line.is-failed")
    expect(failed).to_contain_text("Failed")
    failed.get_by_role("button", name="Retry").click()
    expect(screen.page.locator(".line.us.office.is-sent")).to_contain_text("please arrive")
    assert screen.world.sent_to("alice") == ["please arrive"]


def test_a_setting_counts_from_the_next_turn_on(screen: Screen) -> None:
    screen.open("/settings")
    screen.page.get_by_label("Business name").fill("Padel Nova")
    screen.page.get_by_role("button", name="Save").click()
    expect(screen.page.locator("#notices")).to_contain_text("Saved: Business name.")
    screen.world.stack.clock.advance(6)
    scene.person(screen.world, "alice")
    screen.conversation()
    dm(screen.world, "alice", "who are you?")
    expect(screen.page.locator(".line.us.bot")).to_be_visible()
    assert "Padel Nova" in str(screen.world.model_requests())


def test_a_phone_shows_one_pane_at_a_time(screen: Screen) -> None:
    scene.messages(screen.world, scene.person(screen.world, "alice"), 3)
    screen.page.set_viewport_size(PHONE)  # type: ignore[arg-type] # ints
    screen.open("/?tab=all")
    expect(screen.page.locator("#pane")).to_be_hidden()
    screen.page.locator(".row-link").click()
    expect(screen.page.get_by_label("Your message")).to_be_visible()
    expect(screen.page.locator("#list")).to_be_hidden()
    screen.page.get_by_label("About this person").click()
    expect(screen.page.get_by_label("E-mail")).to_be_visible()
    screen.page.keyboard.press("Escape")
    screen.page.get_by_label("Back to the list").click()
    expect(screen.page.locator(".row-link")).to_be_visible()


def test_the_desk_is_worked_by_keyboard_alone(screen: Screen) -> None:
    for name in ("ann", "bob"):
        scene.person(screen.world, name)
    screen.open("/?tab=all")
    keys, page = screen.page.keyboard, screen.page
    keys.press("j")
    expect(page.locator("#thread-head h1")).to_be_visible()
    first = page.locator("#thread-head h1").inner_text()
    keys.press("j")
    expect(page.locator("#thread-head h1")).not_to_have_text(first)
    expect(page).to_have_title(f"{page.locator('#thread-head h1').inner_text()} · Moca")
    keys.press("n")
    expect(page.get_by_label("Your message")).to_be_focused()
    keys.type("by keyboard")
    keys.press("Control+Enter")
    expect(page.locator(".line.note")).to_contain_text("by keyboard")
    page.locator("#log-scroll").focus()
    keys.press("t")
    expect(page.get_by_role("button", name="Hand back")).to_be_visible()
    keys.press("Control+k")
    keys.type("close")
    keys.press("Enter")
    expect(page.locator("#thread-head")).to_contain_text("Closed")
    keys.press("?")
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()


def test_a_canned_answer_is_taken_with_a_slash(screen: Screen) -> None:
    scene.person(screen.world, "alice")
    screen.open("/canned")
    screen.page.get_by_label("Name").fill("hours")
    screen.page.get_by_role("textbox", name="Answer").fill("We are open from 8 to 23, {name}.")
    screen.page.get_by_role("button", name="Save").click()
    screen.conversation()
    text = screen.page.get_by_label("Your message")
    text.press_sequentially("/ho")
    expect(screen.page.locator("#canned [role=option]")).to_contain_text("/hours")
    screen.page.keyboard.press("Enter")
    expect(text).to_have_value("We are open from 8 to 23, Alice.")


PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


def test_a_file_stays_with_its_words_when_sending_fails_and_is_seen_once_it_went(
    screen: Screen,
) -> None:
    _in_hand(screen)
    screen.world.instagram_does({"on": "upload", "status": 503})
    page = screen.page
    page.get_by_label("Your message").fill("our menu")
    page.set_input_files("#file", {"name": "x.html", "mimeType": "text/html", "buffer": b"<p>"})
    expect(page.locator("#composer-problem")).to_contain_text("Instagram takes pictures")
    page.set_input_files("#file", {"name": "menu.png", "mimeType": "image/png", "buffer": PNG})
    page.keyboard.press("Control+Enter")
    expect(page.locator("#composer-problem")).to_contain_text("Try again")
    expect(page.locator("#attached")).to_contain_text("menu.png")
    expect(page.get_by_label("Your message")).to_have_value("our menu")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".line.us.office .gone")).to_be_visible()  # no real picture
    expect(page.locator("#attached")).to_be_hidden()
    assert screen.world.sent_to("alice") == [None, "our menu"]
    assert ["422" in problem for problem in screen.problems] == [True]  # Chromium tells of it
    screen.problems.clear()


def test_a_reaction_that_comes_live_finds_its_message(screen: Screen) -> None:
    _in_hand(screen)
    screen.page.get_by_label("Your message").fill("see you")
    screen.page.keyboard.press("Control+Enter")
    bubble = screen.page.locator(".line.us.office.is-sent", has_text="see you")
    expect(bubble).to_be_visible()
    screen.world.dm("alice", "", kind="reaction")
    expect(bubble.locator(".reaction")).to_contain_text("❤️")
    expect(screen.page.locator(".system-line", has_text="reacted")).to_have_count(0)


def test_the_key_closes_also_where_its_button_is_in_the_menu(screen: Screen) -> None:
    scene.person(screen.world, "alice")
    screen.page.set_viewport_size({"width": 960, "height": 700})
    screen.conversation()
    expect(screen.page.get_by_role("button", name="Close", exact=True)).to_be_hidden()
    screen.page.locator("#log-scroll").focus()
    screen.page.keyboard.press("e")
    expect(screen.page.locator("#thread-head")).to_contain_text("Closed")


def test_a_window_is_counted_down_and_opens_again_when_they_write(screen: Screen) -> None:
    screen.page.clock.install()
    scene.person(screen.world, "alice", owner="human", owner_until=None)
    screen.conversation()
    clock, reply = screen.page.locator("#window-clock"), screen.page.get_by_label("Reply")
    expect(clock).to_contain_text("Window open for 23 h")
    screen.page.clock.fast_forward("22:00:00")
    expect(clock).to_contain_text("Window open for 1 h")
    scene.person(screen.world, "alice", owner="human", owner_until=None, last_inbound_at=1)
    screen.conversation()
    expect(reply).to_be_disabled()
    dm(screen.world, "alice", "still there?")
    expect(reply).to_be_enabled()


ELSEWHERE = """
document.hasFocus = () => false;
window.notes = [];
window.Notification = class {
  constructor(title) { window.notes.push(title); }
  static get permission() { return "granted"; }
};
"""


def test_a_message_from_the_owners_phone_calls_whoever_looks_elsewhere_once(screen: Screen) -> None:
    screen.page.add_init_script(ELSEWHERE)
    scene.person(screen.world, "alice", contact_name="Alice")
    screen.open("/?tab=all")
    screen.page.wait_for_selector("body[data-live=on]")
    screen.world.owner_types("alice", "from my phone")
    expect(screen.page).to_have_title(re.compile(r"^\(1\) "))
    expect(screen.page.locator("#rows .row-item").first).to_contain_text("from my phone")
    notes = screen.page.evaluate("window.notes")
    assert notes == ["You wrote to Alice in the Instagram app"]
    screen.page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(screen.page).to_have_title(re.compile("^Inbox"))
