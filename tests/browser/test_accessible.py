"""Every page, in light and dark, without a violation that axe-core can find."""

from datetime import timedelta

import pytest

from tests.browser.conftest import PHONE, Screen
from tests.office import scene

PAGES = (
    "/?tab=all", "/?tab=needs", "/search?q=message", "/settings",
    "/account", "/answers/rules", "/answers/knowledge", "/team", "/canned", "/me",
    "/operate/queue/failed", "/operate/events", "/operate/turns", "/operate/audit", "/dashboard",
    "/playground",
)  # fmt: skip


def _everything(screen: Screen) -> str:
    """One conversation with every kind of line, and one that waits."""
    now = screen.world.clock.now()
    scene.person(screen.world, "bob", owner="waiting", boundary_at=now - timedelta(minutes=9))
    ms = int((now - timedelta(hours=20)).timestamp() * 1000)
    boundaries = [{"what": "closed", "reason": "", "by": "Marta", "at": now}]
    more = {"last_inbound_at": ms, "boundaries": boundaries}
    thread = scene.person(screen.world, "alice", labels=["vip"], **more)
    scene.messages(screen.world, thread, 3)
    us = {"direction": "outgoing", "role": "bot", "status": "sent", "turn_id": "t1"}
    lines = (
        us,
        {**us, "role": "human", "source": "office", "status": "failed", "error": "refused"},
        {**us, "role": "human", "source": "instagram_app"},
        {**us, "role": "human", "status": "unconfirmed", "error": "no answer"},
        {**us, "role": "human", "status": "cancelled", "error": "owner"},
        {"direction": "internal", "role": "human", "kind": "note"},
        {"direction": "internal", "role": "system", "kind": "system", "event": "close"},
    )
    for n, fields in enumerate(lines):
        at = now + timedelta(milliseconds=n)
        path = f"conversations/{thread}/messages/line{n}"
        screen.world.store.document(path).set(scene.message(thread, f"line {n}", at) | fields)
    return thread


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_violation(screen: Screen, scheme: str) -> None:
    screen.examine()
    screen.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type] # one of two
    thread = _everything(screen)
    found = {}
    for path in (*PAGES, f"/conversations/{thread}?tab=all"):
        screen.open(path)
        found[path] = screen.violations()
    screen.page.locator(".why-reply summary").first.click()
    screen.page.locator("#acts summary").click()
    found["open menus"] = screen.violations()
    screen.page.set_viewport_size(PHONE)  # type: ignore[arg-type] # ints
    screen.open(f"/conversations/{thread}?tab=all")
    found["phone"] = screen.violations()
    screen.open("/operate/queue/failed")
    found["queue on a phone"] = screen.violations()
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_the_door_has_no_violation(screen: Screen) -> None:
    screen.page.goto("about:blank")  # its live feed would be refused
    screen.examine()
    screen.page.context.clear_cookies()
    screen.open("/sign-in")
    assert screen.violations() == []
