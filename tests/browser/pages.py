"""Every page of the office, and a business in which each of them has something to show."""

from datetime import timedelta

from tests.browser.conftest import Screen
from tests.office import scene

#: Each page once; `{thread}` is a conversation with every kind of line.
PAGES = (
    "/?tab=all", "/?tab=needs", "/search?q=message", "/conversations/{thread}?tab=all",
    "/conversations/{thread}/turns/t1", "/conversations/{thread}/assign",
    "/settings", "/settings/{account}", "/prompt", "/prompt/versions/start", "/prompt/used/abc123",
    "/hours", "/answers/rules", "/answers/knowledge", "/account", "/account/new", "/openers",
    "/team", "/canned", "/me", "/dashboard", "/playground", "/nothing-here",
    "/operate/queue", "/operate/queue/failed", "/operate/events", "/operate/events?which=failed",
    "/operate/turns", "/operate/audit",
)  # fmt: skip
#: Answers that are parts of pages, streams or files.
NOT_PAGES = frozenset({
    "inbox.rows", "conversation.older", "conversation.newest", "composer.canned", "live.stream",
    "contact.export", "playground.case", "access.sign_in", "static",
})  # fmt: skip
LONG = "W" * 120


def filled(screen: Screen) -> list[str]:
    """Give every page something to show, long words too; the addresses."""
    now = screen.world.clock.now()
    scene.person(screen.world, "bob", owner="waiting", boundary_at=now - timedelta(minutes=9))
    thread = _conversation(screen)
    store, at = screen.world.store.document, {"created_at": now, "received_at": now}
    store("canned/all").set({"items": [{"name": "hours", "text": LONG}]})
    store("rules/r1").set({"words": [LONG], "kind": "keyword", "action": "reply", "reply": LONG})
    store("knowledge/k1").set({"account_id": _account(thread), "title": LONG, "text": LONG})
    store("unhandled_events/e1").set({**at, "reason": "unknown_object", "raw": LONG, "app": ""})
    store("prompt_versions/abc123").set({"text": LONG, "at": now})
    store(f"conversations/{thread}/turns/t1").set(_turn(thread) | {"ended_at": now})
    return [page.format(thread=thread, account=_account(thread)) for page in PAGES]


def _conversation(screen: Screen) -> str:
    """One with every kind of line."""
    now = screen.world.clock.now()
    ms = int((now - timedelta(hours=20)).timestamp() * 1000)
    boundaries = [{"what": "closed", "reason": "", "by": "Marta", "at": now}]
    more = {"last_inbound_at": ms, "boundaries": boundaries, "last_text": LONG}
    thread = scene.person(screen.world, "alice", labels=["vip", "L" * 40], **more)
    scene.messages(screen.world, thread, 3, text="W" * 3000)
    us = {"direction": "outgoing", "role": "bot", "status": "sent", "turn_id": "t1"}
    lines = (
        us,
        {**us, "role": "human", "source": "office", "status": "failed", "error": LONG},
        {**us, "role": "human", "source": "instagram_app", "text": LONG},
        {**us, "role": "human", "status": "unconfirmed", "error": "no answer"},
        {**us, "role": "human", "status": "cancelled", "error": "owner"},
        {"direction": "internal", "role": "human", "kind": "note"},
        {"direction": "internal", "role": "system", "kind": "system", "event": "close"},
        {"status": "failed", "error": LONG},
    )
    for n, fields in enumerate(lines):
        at = now + timedelta(milliseconds=n)
        path = f"conversations/{thread}/messages/line{n}"
        screen.world.store.document(path).set(scene.message(thread, f"line {n}", at) | fields)
    return thread


def _turn(thread: str) -> dict[str, object]:
    call = {"name": "find_knowledge", "ms": 12, "arguments": {"question": LONG}, "result": LONG}
    return {
        "thread_id": thread,
        "account_id": _account(thread),
        "outcome": "answered",
        "reason": "",
        "model": "gemini",
        "prompt_version": "abc123",
        "steps": [{"text": LONG, "calls": [call]}],
        "tokens": {"input": 1200},
        "timings_ms": {"model": 1234},
    }


def _account(thread: str) -> str:
    return thread.partition("_")[0]
