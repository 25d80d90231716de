"""`./dev capture [FILE]`: pictures a real run as an animation, the phone beside the inbox.

A customer writes and is answered; the owner steps in on their phone; the customer writes again, and
the bot stays silent. Nothing is staged but the model's words: both pages are those of `./dev up`.
"""

import io
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from devtools import ROOT, words
from devtools.stop import NOT_INSTALLED, Stop
from emulators.clock import SimClock
from emulators.gateway import credentials
from emulators.gateway.local import LocalStack
from emulators.instagram.people import igsid_of
from services.domain.operation import OperatingSettings

PERSON = "alice"
REPLY = "We do! A table for six at 20:00 is free tonight. Shall I keep it for you? 😊"
#: Where the office's clock is by default, so that both pages tell one time.
ZONE = OperatingSettings().time_zone
#: Sizes in the animation; the office is wider on its screen, by this much.
PHONE, OFFICE, SCREEN = (430, 720), (850, 720), 1.45
#: Milliseconds for which a picture stands, and the quality of the file.
BEAT, LAST, QUALITY = 700, 4000, 72


def main(arguments: list[str]) -> int:
    """Write the animation."""
    parser = words.parser(
        "capture", "Picture a real run, the phone beside the inbox, as an animation."
    )
    parser.add_argument(
        "file",
        nargs="?",
        type=Path,
        default=ROOT / "docs" / "capture.webp",
        help="where it is written, as WebP (docs/capture.webp)",
    )
    file = parser.parse_args(arguments).file
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise Stop("Chromium is not installed: `apt-get install chromium`.", NOT_INSTALLED)
    stack = LocalStack(SimClock()).start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            pictures = Story(stack, browser).played()
            browser.close()
    finally:
        stack.stop()
    write(file, pictures)
    print(f"{file}: {len(pictures)} pictures, {file.stat().st_size / 1024:.0f} kB.")
    return 0


def write(file: Path, pictures: Sequence[tuple[Image.Image, int]]) -> None:
    """Make an endless animation of pictures that stand so many milliseconds each."""
    first, *rest = [picture for picture, _ in pictures]
    durations = [duration for _, duration in pictures]
    first.save(file, save_all=True, append_images=rest, duration=durations, loop=0, quality=QUALITY)


class Story:
    """What happens, and what is seen of it."""

    def __init__(self, stack: LocalStack, browser: Browser) -> None:
        self._stack = stack
        self._pictures: list[tuple[Image.Image, int]] = []
        self._phone, self._office = _page(browser, PHONE), _page(browser, OFFICE, SCREEN)

    def played(self) -> list[tuple[Image.Image, int]]:
        """The pictures, each with its milliseconds."""
        named = {"business_name": "Trattoria Moca"}
        self._stack.store_client("capture").document("settings/default").set(named, merge=True)
        calls = [{"name": "send_instagram_message", "args": {"text": REPLY}}]
        thinks = {"calls": calls, "delay_seconds": 8}  # both pages are open before it has spoken
        self._tell(self._stack.gemini_url, "script", {"replies": [thinks]})
        self._dm("Hi! Do you have a table for six tonight? 🍝")
        self._open()
        self._watch(until=REPLY[:20])
        self._look(3 * BEAT)
        owner = {
            "to": PERSON,
            "text": "Marta here, the owner 👋 Come at eight, I'll take the window!",
        }
        self._tell(self._stack.instagram_url, "owner", owner)
        self._watch(until="Marta here")
        self._look(2 * BEAT)
        self._dm("Wonderful, thank you Marta!")
        self._watch(until="Wonderful")
        for _ in range(8):
            time.sleep(1)  # real seconds, in which the bot could answer, and does not
            self._look(BEAT // 2)
        self._look(LAST)
        return self._pictures

    def _open(self) -> None:
        self._phone.goto(f"{self._stack.url}/")
        self._phone.get_by_role("button", name=PERSON).first.click()
        base = f"{self._stack.url}/back_office"
        self._office.goto(f"{base}/sign-in")
        self._office.get_by_label("Token").fill(credentials.ADMIN_TOKEN)
        self._office.keyboard.press("Enter")
        self._office.wait_for_selector("nav.rail")
        thread = f"{credentials.ACCOUNT_ID}_{igsid_of(PERSON)}"
        self._office.goto(f"{base}/conversations/{thread}?tab=all")
        self._look(BEAT)

    def _watch(self, *, until: str) -> None:
        """Look again and again until both pages show the words."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            self._look(BEAT)
            if all(until in page.inner_text("body") for page in (self._phone, self._office)):
                self._look(BEAT)
                return
            time.sleep(0.3)
        raise Stop(f"The words {until!r} did not appear in time.")

    def _look(self, duration: int) -> None:
        both = Image.new("RGB", (PHONE[0] + OFFICE[0], PHONE[1]), "white")
        both.paste(_picture(self._phone, PHONE), (0, 0))
        both.paste(_picture(self._office, OFFICE), (PHONE[0], 0))
        if self._pictures and self._pictures[-1][0].tobytes() == both.tobytes():
            before, stood = self._pictures[-1]
            self._pictures[-1] = (before, stood + duration)
        else:
            self._pictures.append((both, duration))

    def _dm(self, text: str) -> None:
        self._tell(self._stack.instagram_url, "dm", {"from": PERSON, "text": text})

    def _tell(self, base: str, verb: str, body: Mapping[str, object]) -> None:
        answer = httpx.post(f"{base}/_sim/{verb}", json=body, trust_env=False, timeout=30)
        answer.raise_for_status()


def _page(browser: Browser, size: tuple[int, int], larger: float = 1) -> Page:
    width, height = (round(length * larger) for length in size)
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="en-GB", timezone_id=ZONE
    )
    return context.new_page()


def _picture(page: Page, size: tuple[int, int]) -> Image.Image:
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB").resize(size)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Stop as stop:
        print(f"dev: {stop}", file=sys.stderr)
        sys.exit(stop.code)
