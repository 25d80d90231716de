"""An act that was done says so, though the answer of its commit was lost on the way."""

from collections import Counter

from tests.office import scene
from tests.office.conftest import Desk
from tests.world import World

EVENT = "e" * 32
#: What is done, in this order, and the entry that tells of it; {t} is alice's conversation.
ACTS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("take_over", "/conversations/{t}/take-over", {"minutes": "30"}),
    ("hand_back", "/conversations/{t}/hand-back", {}),
    ("label", "/conversations/{t}/labels", {"label": "vip"}),
    ("assign", "/conversations/{t}/assign", {"to": "owner"}),
    ("snooze", "/conversations/{t}/snooze", {"hours": "4"}),
    ("close", "/conversations/{t}/close", {}),
    ("reopen", "/conversations/{t}/reopen", {}),
    ("bot", "/conversations/{t}/bot", {"bot": "off"}),
    ("draft_dropped", "/conversations/{t}/bot/drop", {}),
    ("feedback", "/conversations/{t}/messages/m00000/feedback", {"verdict": "up"}),
    ("arrived", "/operate/queue/{t}/m00000/arrived", {}),
    ("contact", "/contacts/{t}", {"email": "alice@example.com"}),
    ("opt_out", "/contacts/{t}/opt", {"out": "1"}),
    ("unlinked", "/contacts/{t}/unlink", {}),
    ("settings", "/settings/default", {"cooldown_seconds": "61"}),
    ("canned", "/canned", {"name": "hours", "text": "8 to 23"}),
    ("rule", "/answers/rules", {"kind": "keyword", "action": "silent", "words": "x"}),
    ("event_replayed", f"/operate/events/{EVENT}/replay", {}),
    ("operator_added", "/team", {"name": "Ana", "role": "agent"}),
    ("operator_dismissed", "/team/dismiss", {"id": "bea"}),
    ("account_paused", "/account/pause", {}),
    ("account_resumed", "/account/resume", {}),
    ("human_agent", "/account/human-agent", {"granted": "yes"}),
    ("first_steps_dismissed", "/first-steps/dismiss", {}),
    ("sign_out_everywhere", "/sign-out", {"everywhere": "1"}),
)


def _scene(world: World) -> str:
    now = world.clock.now()
    draft = {"text": "Hi", "at": now, "turn_id": "t1"}
    thread = scene.person(world, "alice", suggestion=draft, connected_at=now)
    item = {"direction": "outgoing", "role": "bot", "status": "failed", "unsettled": True}
    scene.messages(world, thread, 1, **item)
    linked = {"connected_at": now, "connected_user_id": "member-7"}
    world.store.document(f"contacts/{thread}").set(linked, merge=True)
    world.store.document("operators/bea").set({"name": "Bea", "role": "agent", "active": True})
    raw = '{"object": "instagram", "entry": []}'
    event = {"app": "instagram", "reason": "unknown_object", "raw": raw}
    world.store.document(f"unhandled_events/{EVENT}").set(event)
    return thread


def test_every_act_is_done_once_and_says_so_when_its_answer_is_lost(
    world: World, desk: Desk
) -> None:
    thread = _scene(world)
    refused = {}
    for action, path, fields in ACTS:
        sent = {"csrf": desk.token(), **fields}
        lost = {"rpc": "Commit", "code": "UNAVAILABLE", "apply": True, "caller": "back_office"}
        world.stack.firestore.faults.add(lost)
        answer = desk.http.post(path.format(t=thread), data=sent)
        if answer.status_code != 200:
            refused[action] = answer.status_code
    done = Counter(entry["action"] for entry in world.documents("audit"))
    assert (refused, done) == ({}, Counter(action for action, _, _ in ACTS))
