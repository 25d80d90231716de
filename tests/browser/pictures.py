"""`python -m tests.browser.pictures`: the pictures in docs/ from a real run, but the animation."""

import sys
import threading
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from emulators.clock import SimClock
from emulators.gateway import credentials, demo
from emulators.gateway.local import LocalStack
from tests.browser.conftest import CHROMIUM

DOCS = Path(__file__).resolve().parents[2] / "docs"
DESK, PHONE = (1360, 820), (390, 780)
#: Whose conversation is shown: a customer, the bot and the owner speak in it.
SHOWN = "grumpy.greg"


def main() -> int:
    """Play the demo, open the office as a person would, and keep what one sees."""
    if CHROMIUM is None:
        print("Chromium is not installed: `apt-get install chromium`.", file=sys.stderr)
        return 1
    clock = SimClock()
    clock.advance(-demo.lasts().total_seconds())
    stack = LocalStack(clock).start()
    try:
        demo.play(stack, threading.Event())
        _dress(stack)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            _take(browser, stack)
            _take_phone(browser, stack)
            browser.close()
    finally:
        stack.stop()
    return 0


def _dress(stack: LocalStack) -> None:
    """Labels, and a note among the team: what a demo of the bot alone has not."""
    store, now = stack.store_client("local"), stack.clock.now()
    (greg,) = (c for c in store.collection("contacts").stream() if c.get("username") == SHOWN)
    thread = store.document(f"conversations/{greg.id}")
    thread.update({"labels": ["regular", "refund"]})
    note = {"direction": "internal", "role": "human", "kind": "note", "operator_name": "Marta"}
    words = {"text": "Refunded 24 €. The roofer comes on Tuesday.", "created_at": now}
    thread.collection("messages").document("note").set({**note, **words, "status": "processed"})


def _take(browser: Browser, stack: LocalStack) -> None:
    office = f"{stack.url}/back_office"
    for name, (width, height), scheme in (
        ("office", DESK, "light"),
        ("office-dark", DESK, "dark"),
        ("office-phone", PHONE, "light"),
    ):
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,  # type: ignore[arg-type] # one of two
        )
        page = context.new_page()
        _sign_in(page, office)
        page.locator(".row-link", has_text=SHOWN).click()
        page.wait_for_selector("#thread")
        page.mouse.move(5, 5)
        page.wait_for_timeout(500)
        page.screenshot(path=DOCS / f"{name}.png")
        context.close()
    context = browser.new_context(viewport={"width": DESK[0], "height": DESK[1]})
    page = context.new_page()
    _sign_in(page, office)
    for name in ("settings", "dashboard"):
        page.goto(f"{office}/{name}")
        page.screenshot(path=DOCS / f"office-{name}.png")
    context.close()


def _take_phone(browser: Browser, stack: LocalStack) -> None:
    """The customer's side, while a message waits for its turn."""
    said = "Court 6 at 18:00 is yours ✅ Four rackets are 12 €. See you at the pastéis first!"
    call = {"name": "send_instagram_message", "args": {"text": said}}
    _tell(f"{stack.gemini_url}/_sim/script", {"replies": [{"calls": [call]}]})
    dm = f"{stack.instagram_url}/_sim/dm"
    _tell(dm, {"from": "alice", "text": "Yes please! And could we borrow four rackets? 🎾"})
    page = browser.new_page(viewport={"width": DESK[0], "height": 890})
    page.goto(f"{stack.url}/?with=alice")
    page.get_by_text("Court 6 at 18:00 is yours").first.wait_for()
    _tell(dm, {"from": "alice", "kind": "reaction", "emoji": "❤️"})
    _tell(dm, {"from": "alice", "text": "Great, thank you! Is there parking?"})
    page.locator("#chat").get_by_text("Is there parking?").wait_for()
    page.locator("#tasks").get_by_text("first attempt").wait_for()
    page.screenshot(path=DOCS / "phone.png")
    page.close()


def _tell(url: str, body: dict[str, object]) -> None:
    httpx.post(url, json=body, trust_env=False, timeout=30).raise_for_status()


def _sign_in(page: Page, office: str) -> None:
    page.goto(f"{office}/sign-in")
    page.get_by_label("Token").fill(credentials.ADMIN_TOKEN)
    page.keyboard.press("Enter")
    page.wait_for_selector("nav.rail")
    page.goto(f"{office}/?tab=all")
    page.wait_for_selector(".row-link")


if __name__ == "__main__":
    sys.exit(main())
