"""A real turn becomes a case: nothing personal in it, and it passes when it is played."""

import json
from typing import Any

import pytest

from services import bootstrap
from services.agent.export import Exporting
from services.errors import Rejected
from tests.agent.speaking import call, says, step
from tests.evals import cases, expecting, play
from tests.world import ACCOUNT, World


def _exporting() -> Exporting:
    return bootstrap.services("back_office").exporting


def _turn_id(world: World) -> str:
    return str(world.messages("alice", "inbound")[-1]["turn_id"])


def _real_turn(world: World) -> dict[str, Any]:
    contact = {"given_name": "Alice Liddell"}
    world.store.document(f"contacts/{world.thread('alice')}").set(contact)
    bootstrap.services("process_thread").knowledge.save("p", ACCOUNT, "parking", "Behind the hall.")
    world.dm("alice", "I am Alice Liddell, alice@wonder.example, +44 20 7946 0958, @white.rabbit")
    world.settle()
    world.advance(60)
    world.model_says(
        step(call("search_knowledge", query="parking")), says("Behind the hall, Alice!")
    )
    world.dm("alice", "alice@wonder.example here: where can I park?")
    world.settle()
    return _exporting().case(world.thread("alice"), _turn_id(world))


def test_an_exported_turn_holds_nothing_personal_but_the_business_facts(world: World) -> None:
    facts = "Call +351 21 000 1122 or desk@moca.example"
    world.configure(business_facts=facts)
    case = _real_turn(world)
    written = json.dumps(case, ensure_ascii=False)
    for personal in ("Alice", "Liddell", "wonder.example", "7946", "white.rabbit"):
        assert personal not in written
    assert facts in written
    assert written.count("person1@example.com") == 3  # the same person stays the same


def test_an_exported_turn_passes_when_it_is_played(world: World) -> None:
    case = _real_turn(world)
    assert case["recorded"]
    world.reset()  # the knowledge is gone: the recording answers
    played = play.play(world, cases.Case("exported", case))
    assert expecting.failures(case["expect"], played, real=False) == []
    assert played.sent == ["Behind the hall, Sam!"]


def test_a_turn_that_is_gone_is_said_to_be(world: World) -> None:
    with pytest.raises(Rejected, match="no such turn"):
        _exporting().case(world.thread("alice"), "gone")


def test_what_is_no_longer_kept_is_in_no_case(world: World) -> None:
    world.dm("alice", "an old line")
    world.settle()
    world.configure(retention_days=30)
    world.advance(364.99 * 24 * 3600)
    world.dm("alice", "a new line")
    world.settle()
    world.advance(0.02 * 24 * 3600)
    assert "an old line" not in json.dumps(
        _exporting().case(world.thread("alice"), _turn_id(world))
    )
    world.advance(30 * 24 * 3600)
    with pytest.raises(Rejected, match="no such turn"):
        _exporting().case(world.thread("alice"), _turn_id(world))
