"""The playground: the whole way of a message, and nothing of it leaves the system."""

import json
import re

from services import bootstrap
from tests.agent.speaking import call, says, step
from tests.office.conftest import Desk, colleague
from tests.world import ACCOUNT, World

THREAD = "conversations/playground_1"


def _says(world: World, desk: Desk, text: str) -> None:
    assert desk.post("/playground", text=text).status_code == 200
    world.settle(30)


def _sent(world: World) -> list[object]:
    """Everything that reached Instagram or the manager, and every question about a person."""
    found: list[object] = []
    for path in ("sent", "actions", "whatsapp"):
        found += world.http.get(f"{world.stack.instagram_url}/_sim/{path}").json()
    return found


def _statuses(world: World) -> list[tuple[str, str]]:
    found = [m.to_dict() or {} for m in world.store.collection(f"{THREAD}/messages").stream()]
    found.sort(key=lambda m: m["created_at"])
    return [(m["role"], m["status"]) for m in found]


def test_a_talk_runs_with_the_businesss_settings_and_knowledge_and_nothing_is_sent(
    world: World, desk: Desk
) -> None:
    bootstrap.services("process_thread").knowledge.save("p", ACCOUNT, "parking", "Behind the hall.")
    world.configure(hours_weekly="su 03:00-03:01", cooldown_seconds=600)
    world.store.document(f"settings/{ACCOUNT}").set({"persona": "a pirate"})
    world.model_says(step(call("search_knowledge", query="parking")), says("Behind the hall!"))
    _says(world, desk, "where can I park?")
    world.model_says(says("You are welcome."))
    _says(world, desk, "thank you")
    page = desk.get("/playground").text
    assert "Behind the hall!" in page
    assert "You are welcome." in page
    assert page.count("not sent: playground") == 2
    last = json.dumps(world.model_requests()[-1])
    assert "a pirate" in last
    assert "Behind the hall!" in last
    assert _statuses(world) == [("user", "processed"), ("bot", "cancelled")] * 2
    assert _sent(world) == []


def test_a_handoff_alerts_nobody_and_ends_by_handing_back_or_a_new_start(
    world: World, desk: Desk
) -> None:
    world.model_says(step(call("hand_to_human", reason="customer_request", note="wants Ana")))
    _says(world, desk, "a person please")
    world.advance(3600)
    world.call_task("sweep", {})
    world.settle(60)
    assert "handed over" in desk.get("/playground").text
    assert _sent(world) == []
    desk.post("/playground/hand-back")
    world.advance(1)
    world.model_says(says("Here I am again."))
    _says(world, desk, "and now?")
    assert "Here I am again." in desk.get("/playground").text
    desk.post("/playground/reset")
    assert "Nothing was said yet" in desk.get("/playground").text
    assert not list(world.store.collection(f"{THREAD}/turns").stream())


def test_it_stands_in_no_list_count_or_search_of_the_inbox(world: World, desk: Desk) -> None:
    world.model_says(step(call("hand_to_human", reason="customer_request", note="")))
    _says(world, desk, "platypus")
    for path in ("/?tab=all", "/?tab=needs", "/search?q=platypus"):
        assert "row-playground" not in desk.get(path).text
    counts = dict(re.findall(r'data-count="(\w+)"[^>]*>(\d+)<', desk.get("/").text))
    assert set(counts.values()) <= {"0"}


def test_the_same_form_twice_is_one_message_and_nothing_is_refused(
    world: World, desk: Desk
) -> None:
    for _ in range(2):
        desk.post("/playground", text="once", key="ab" * 16)
    world.settle(30)
    assert [role for role, _ in _statuses(world)].count("user") == 1
    refused = desk.post("/playground", text="x" * 2001)
    assert (refused.status_code, "at most 2,000" in refused.text) == (422, True)


def test_a_webhook_cannot_speak_in_the_playground(world: World) -> None:
    for account in ("playground", "0"):
        item = {
            "sender": {"id": "1"},
            "recipient": {"id": account},
            "timestamp": 1,
            "message": {"mid": "m", "text": "let me in"},
        }
        body = {"object": "instagram", "entry": [{"id": account, "messaging": [item]}]}
        assert world.post_webhook(body).status_code == 200
    assert not world.documents("conversations")
    assert len(world.documents("unhandled_events")) == 2


def test_a_colleagues_reply_there_is_not_sent_either(world: World, desk: Desk) -> None:
    world.model_says(says("Hello."))
    _says(world, desk, "hello")
    world.advance(1)
    desk.post("/conversations/playground_1/messages", text="by hand")
    world.settle(60)
    assert _statuses(world)[-1] == ("human", "cancelled")
    assert _sent(world) == []


def test_an_admin_makes_a_test_of_a_turn(world: World, desk: Desk) -> None:
    world.model_says(says("Behind the hall."))
    _says(world, desk, "where can I park?")
    found = re.search(r'href="/back_office(/playground/case/[^"]+)"', desk.get("/playground").text)
    assert found
    answer = desk.get(found[1])
    (case,) = json.loads(answer.text)
    assert (case["says"], case["expect"]["most_bubbles"]) == (["where can I park?"], 1)
    assert "attachment" in answer.headers["content-disposition"]
    assert colleague(desk).get(found[1]).status_code == 403
