"""A real browser at a running Moca: Debian's Chromium, steered by Playwright's Python client."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from emulators.clock import SimClock
from emulators.gateway import credentials
from emulators.gateway.local import LocalStack
from tests.world import World

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
#: A busy machine may take its time; nothing here waits longer than it must.
expect.set_options(timeout=25_000)
#: The screens that matter: a desk and a small phone.
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 375, "height": 740}


# Both end with their file: Playwright keeps an asyncio loop running in this thread, and a Moca
# whose time runs would call functions that by then belong to another test's world.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, or a loud skip where there is none; on a build machine that is a failure."""
    if CHROMIUM is None:
        told = "Chromium is not installed: `apt-get install chromium`. Nothing was tested here."
        if os.environ.get("CI"):  # noqa: TID251 (a test's own question)
            pytest.fail(told)
        pytest.skip(f"LOUD: {told}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def _running() -> Iterator[LocalStack]:
    stack = LocalStack(SimClock())
    stack.start()
    yield stack
    stack.stop()


@pytest.fixture
def running(_running: LocalStack) -> World:
    """A Moca whose time runs, in which nobody has written yet."""
    world = World(_running)
    world.reset()
    # Nobody is spared a wait here that is tried elsewhere, by a clock that does not run.
    world.configure(
        delay_min_seconds=0.5, delay_max_seconds=1, debounce_seconds=0, cooldown_seconds=0
    )
    return world


class Screen:
    """One page of the office, with everything that went wrong in it."""

    def __init__(self, page: Page, world: World) -> None:
        self.page = page
        self.world = world
        self.base = f"{world.stack.url}/back_office"
        self.problems: list[str] = []
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", self._heard)

    def _heard(self, message: Any) -> None:
        # What the content security policy blocks, and what our scripts cannot load, is an error.
        if message.type == "error":
            self.problems.append(message.text)

    def open(self, path: str) -> None:
        """Go to a page."""
        self.page.goto(self.base + path)

    def sign_in(self) -> None:
        """Enter as the owner."""
        self.open("/sign-in")
        self.page.get_by_label("Token").fill(credentials.ADMIN_TOKEN)
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector("nav.rail")

    def conversation(self, person: str = "alice") -> None:
        """Open a person's conversation and wait for the live feed."""
        self.open(f"/conversations/{self.world.thread(person)}?tab=all")
        self.page.wait_for_selector("body[data-live=on]")

    def examine(self) -> None:
        """Have axe-core in every page from here on; the page's own policy would not let it in."""
        self.page.add_init_script(path=AXE)

    def violations(self, only: str = "") -> list[str]:
        """What axe-core finds on the page as it is; of one rule `only`, where that may differ."""
        asked = {"resultTypes": ["violations"]} | ({"runOnly": [only]} if only else {})
        found = self.page.evaluate("async (asked) => (await axe.run(asked)).violations", asked)
        return [f"{v['id']}: {[n['html'][:160] for n in v['nodes'][:3]]}" for v in found]


@pytest.fixture
def screen(browser: Browser, running: World) -> Iterator[Screen]:
    """A desk's screen, signed in."""
    context = browser.new_context(viewport=DESK, bypass_csp=False)  # type: ignore[arg-type] # ints
    screen = Screen(context.new_page(), running)
    screen.sign_in()
    yield screen
    context.close()
    assert not screen.problems


def dm(world: World, person: str, text: str) -> None:
    """A person writes; everything after happens by itself."""
    url = f"{world.stack.instagram_url}/_sim/dm"
    answer = httpx.post(url, json={"from": person, "text": text}, trust_env=False, timeout=30)
    answer.raise_for_status()
