"""What no rule knew is tried again by a person, and stored once."""

import re
from typing import Any

from tests.office.conftest import Desk, colleague
from tests.world import World

OTHER = "17841400000000777"


def _message(account: str = OTHER, mid: str = "m-1") -> dict[str, Any]:
    return {
        "sender": {"id": "501"},
        "recipient": {"id": account},
        "timestamp": 1,
        "message": {"mid": mid, "text": "anybody there?"},
    }


def _arrives(world: World, entry: dict[str, Any]) -> None:
    assert world.post_webhook({"object": "instagram", "entry": [entry]}).status_code == 200


def _replay(desk: Desk) -> Any:
    found = re.search(r'action="/back_office(/operate/events/[0-9a-f]{32}/replay)"', _page(desk))
    assert found, "nothing to replay"
    return desk.post(found[1])


def _page(desk: Desk) -> str:
    return desk.get("/operate/events").text


def test_an_event_of_an_account_that_was_added_later_is_stored_once_by_replay(
    world: World, desk: Desk
) -> None:
    _arrives(world, {"id": OTHER, "standby": [_message()]})
    assert "For an account that is not connected here" in _page(desk)
    assert "Still not understood" in _replay(desk).text
    world.store.document(f"accounts/{OTHER}").set({"state": "active"})
    assert "it is stored now" in _replay(desk).text
    (stored,) = world.store.collection(f"conversations/{OTHER}_501/messages").stream()
    assert (stored.id, (stored.to_dict() or {})["reason"]) == ("m-1", "standby")
    assert world.documents("unhandled_events") == []
    assert [e["after"]["unhandled"] for e in world.documents("audit")] in ([0, 1], [1, 0])


def test_what_was_stored_meanwhile_is_not_stored_twice_by_replay(world: World, desk: Desk) -> None:
    _arrives(world, {"id": OTHER, "messaging": [_message()]})
    world.store.document(f"accounts/{OTHER}").set({"state": "active"})
    world.advance(6)
    _arrives(world, {"id": OTHER, "messaging": [_message()]})
    assert "was stored already" in _replay(desk).text
    assert len(list(world.store.collection(f"conversations/{OTHER}_501/messages").stream())) == 1


def test_each_shape_is_wrapped_as_it_came(world: World, desk: Desk) -> None:
    unknown = {"id": OTHER, "changes": [{"field": "story_insights", "value": {"reach": 3}}]}
    for entry in (unknown, {"id": OTHER}, {"id": OTHER, "messaging": [{"sender": {}}]}):
        _arrives(world, entry)
    world.post_webhook({"object": "user", "entry": [unknown]})
    kept = {e["reason"]: e["raw"] for e in world.documents("unhandled_events")}
    assert len(kept) == 4
    for address in re.findall(r'action="/back_office(/operate/events/\w+/replay)"', _page(desk)):
        assert "Still not understood" in desk.post(address).text
    assert {e["reason"]: e["raw"] for e in world.documents("unhandled_events")} == kept


def test_a_whole_page_is_replayed_the_oldest_first(world: World, desk: Desk) -> None:
    for n in range(3):
        item = _message(mid=f"m-{n}") | {"timestamp": int(world.clock.now().timestamp() * 1000)}
        _arrives(world, {"id": OTHER, "messaging": [item]})
        world.advance(2)
    _arrives(world, {"id": OTHER})
    world.store.document(f"accounts/{OTHER}").set({"state": "active"})
    listed = re.findall(r'name="event" value="([0-9a-f]{32})"', _page(desk))
    page = desk.post("/operate/events/replay", event=listed).text
    assert "4 events replayed. 1 event is still not understood and is kept." in page
    assert world.store.document(f"conversations/{OTHER}_501").get().get("inbound_seq") == 3
    assert len(world.documents("unhandled_events")) == 1
    agent = colleague(desk)
    assert agent.post("/operate/events/replay", event=listed).status_code == 403


def test_an_event_is_not_replayed_past_its_apps_limits(world: World, desk: Desk) -> None:
    _arrives(world, {"id": OTHER, "messaging": [_message()]})
    world.store.document(f"accounts/{OTHER}").set({"state": "active", "app": "another"})
    assert "Still not understood" in _replay(desk).text
    for event in world.store.collection("unhandled_events").stream():
        event.reference.set(
            {
                "reason": "unknown_account",
                "raw": (event.to_dict() or {})["raw"],
                "received_at": world.clock.now(),
            }
        )
    assert "earlier version" in _replay(desk).text


def test_what_was_cut_is_refused_and_agents_may_not(world: World, desk: Desk) -> None:
    _arrives(world, {"id": OTHER, "messaging": [{"odd": "x" * 300_000}]})
    assert "too long to be kept whole" in _replay(desk).text
    (event,) = world.store.collection("unhandled_events").stream()
    agent = colleague(desk)
    assert "/replay" not in _page(agent)
    assert agent.post(f"/operate/events/{event.id}/replay").status_code == 403
    assert desk.post(f"/operate/events/{'0' * 32}/replay").status_code == 400
