"""Knowledge and the club's calendar: found, fenced, and honest when they cannot be read."""

import json
from datetime import timedelta
from typing import Any

import pytest

from services import bootstrap
from services.agent.knowledge import Knowledge
from services.errors import Rejected
from tests.agent.speaking import asked, call, says, step, tool_answers
from tests.world import ACCOUNT, World


def _knowledge(world: World) -> Knowledge:
    assert world
    return bootstrap.services("process_thread").knowledge


def _save(world: World, **entries: str) -> None:
    for title, text in entries.items():
        _knowledge(world).save(title, ACCOUNT, title, text)


def _look_up(world: World, *calls: dict[str, Any]) -> dict[str, Any]:
    world.model_says(step(*calls), says("There you are"))
    world.dm("alice", "a question")
    world.settle()
    (answer,) = tool_answers(asked(world)[-1])
    return answer


def _set_sessions(world: World, *events: dict[str, Any]) -> None:
    body = {"events": list(events)}
    world.http.post(f"{world.stack.instagram_url}/_sim/spond", json=body).raise_for_status()


def _at(world: World, hours: float) -> str:
    return f"{world.clock.now() + timedelta(hours=hours):%Y-%m-%dT%H:%M:%S.000Z}"


def test_an_entry_is_found_by_its_words(world: World) -> None:
    _save(world, parking="You can park behind the hall.", dogs="Dogs are welcome on a leash.")
    found = _look_up(world, call("search_knowledge", query="Parken / parking?"))
    assert found["results"][0] == {"title": "parking", "text": "You can park behind the hall."}


def test_an_entry_is_found_by_its_meaning_too(world: World) -> None:
    _save(world, vouchers="Vouchers are valid for three years.", pool="The pool is heated.")
    found = _look_up(world, call("search_knowledge", query="voucher validity"))
    assert found["results"][0]["title"] == "vouchers"
    methods = [r["method"] for r in world.model_requests()]
    assert any("mbed" in method for method in methods)


def test_without_embeddings_words_are_enough(world: World) -> None:
    world.configure(embedding_model="")
    _save(world, parking="You can park behind the hall.")
    found = _look_up(world, call("search_knowledge", query="parking"))
    assert len(found["results"]) == 1
    assert [r["method"] for r in world.model_requests()] == ["generateContent"] * 2


def test_when_embeddings_fail_words_are_enough(world: World) -> None:
    _save(world, parking="You can park behind the hall.")
    world.model_says({"status": 503, "on": "embed"})
    found = _look_up(world, call("search_knowledge", query="parking"))
    assert len(found["results"]) == 1


def test_another_accounts_knowledge_is_never_found(world: World) -> None:
    _knowledge(world).save("x", "999", "parking", "Their parking is a secret.")
    found = _look_up(world, call("search_knowledge", query="parking secret"))
    assert found["results"] == []


def test_of_a_long_entry_the_part_around_the_words_is_shown(world: World) -> None:
    _save(world, rules="filler text " * 200 + "The sauna closes at nine. " + "more filler " * 200)
    found = _look_up(world, call("search_knowledge", query="sauna"))
    (result,) = found["results"]
    assert "sauna closes at nine" in result["text"]
    assert len(result["text"]) < 1300


def test_an_entry_has_a_size(world: World) -> None:
    with pytest.raises(Rejected, match="6,000"):
        _save(world, novel="x" * 6001)


def test_a_deleted_entry_is_not_found(world: World) -> None:
    _save(world, parking="You can park behind the hall.")
    _knowledge(world).delete("parking")
    assert _look_up(world, call("search_knowledge", query="parking"))["results"] == []


def test_sessions_are_told_in_the_clubs_time_without_members(world: World) -> None:
    members = {"members": [{"firstName": "Kid", "lastName": "Secret"}], "group": {}}
    session = {
        "heading": "Net session",
        "startTimestamp": _at(world, 30),
        "endTimestamp": _at(world, 32),
        "meetupTimestamp": _at(world, 29.5),
        "location": {"feature": "Hall 2", "address": "Street 1"},
        "recipients": members,
    }
    gone = {"heading": "Gone", "cancelled": True, "startTimestamp": _at(world, 31)}
    _set_sessions(world, session, gone)
    found = _look_up(world, call("get_net_session_dates", days_ahead=7))
    (only,) = found["sessions"]
    assert only["what"] == "Net session"
    assert only["where"] == "Hall 2"
    assert found["time_zone"] == "Europe/Berlin"
    assert set(only) == {"what", "starts", "ends", "be_there_at", "where"}
    assert "Secret" not in json.dumps(asked(world))


def test_sessions_are_read_once_for_many_questions(world: World) -> None:
    _set_sessions(world, {"startTimestamp": _at(world, 30), "endTimestamp": _at(world, 31)})
    for days in (1, 7):
        world.model_says(step(call("get_net_session_dates", days_ahead=days)), says("ok"))
        world.dm("alice", f"dates {days}?")
        world.settle()
    state = world.http.get(f"{world.stack.instagram_url}/_sim/spond").json()
    assert (state["logins"], state["reads"]) == (1, 1)


@pytest.mark.parametrize("status", [401, 500])
def test_a_calendar_that_fails_is_checked_with_staff_never_guessed(
    world: World, status: int
) -> None:
    world.instagram_does({"on": "spond", "status": status, "times": 3})
    found = _look_up(world, call("get_net_session_dates"))
    assert "check with staff" in found["failed"]
    assert found["try_again"] is False
