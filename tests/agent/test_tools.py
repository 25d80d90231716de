"""Tools: their schemas as the model sees them, and what a wrong call is told."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from emulators.clock import SimClock
from services.agent.tool import ToolContext
from services.agent.toolbox import Toolbox
from services.domain.model import ToolCall, ToolResult
from tools import TOOLS

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
#: Reviewed by eye whenever it changes: the model sees exactly this.
SNAPSHOT = Path(__file__).parent / "tool_schemas.json"


def _context(**more: Any) -> ToolContext:
    return ToolContext(
        thread_id="1_2",
        now=NOW,
        window_ends_at=NOW + timedelta(hours=3),
        mids={1: "m-one", 2: "m-two"},
        person_said="I am Ann, ann@example.com, my number is +49 170 123 45 67",
        **more,
    )


def _call(name: str, arguments: dict[str, Any], context: ToolContext | None = None) -> ToolResult:
    toolbox = Toolbox(context or _context(), TOOLS, SimClock(frozen_at=NOW))
    (result,) = toolbox.run([ToolCall(None, name, arguments)])
    return result


def test_the_schemas_are_the_ones_that_were_reviewed() -> None:
    shown = {
        name: {"description": tool.schema.description, "parameters": tool.schema.parameters}
        for name, tool in TOOLS.items()
    }
    assert shown == json.loads(SNAPSHOT.read_text(encoding="utf-8"))


def test_every_tool_and_argument_is_described_and_none_names_a_recipient() -> None:
    for tool in TOOLS.values():
        assert tool.schema.description
        properties = tool.schema.parameters["properties"]
        assert all(argument["description"] for argument in properties.values())
        assert not set(properties) & {"to", "recipient", "igsid", "thread_id", "mid", "user_id"}


@pytest.mark.parametrize(
    ("name", "arguments", "hint"),
    [
        ("send_instagram_message", {}, "missing arguments: text"),
        ("send_instagram_message", {"text": 3}, "wrong type: text"),
        ("send_instagram_message", {"text": "hi", "to": "bob"}, "unknown arguments: to"),
        ("send_instagram_message", {"text": "  "}, "empty"),
        ("send_instagram_message", {"text": "hi", "reply_to_number": 9}, "number 9"),
        ("send_instagram_message", {"text": "x" * 3001}, "at most 3000"),
        ("react_to_instagram_message", {"message_number": 7, "emoji": "👍"}, "Numbers: 1, 2"),
        ("react_to_instagram_message", {"message_number": 1, "emoji": "great"}, "not one emoji"),
        ("react_to_instagram_message", {"message_number": "1", "emoji": "👍"}, "wrong type"),
        ("send_manager_notification", {"message": " "}, "empty"),
        ("get_net_session_dates", {"days_ahead": 365}, "between 1 and 60"),
        ("get_thread_messages", {"limit": 0}, "between 1 and 100"),
        ("search_knowledge", {"query": ""}, "empty"),
        ("save_contact_detail", {"field": "password", "value": "x"}, "wrong type: field"),
        ("save_contact_detail", {"field": "email", "value": "ann"}, "no e-mail"),
        ("save_contact_detail", {"field": "email", "value": "eve@evil.com"}, "did not write"),
        ("save_contact_detail", {"field": "phone", "value": "call me"}, "no telephone"),
        ("save_contact_detail", {"field": "phone", "value": "+49 999 9999"}, "did not write"),
        ("hand_to_human", {"note": "x"}, "missing arguments: reason"),
        ("schedule_follow_up", {"after_minutes": 600, "note": "x"}, "between 1 and 175"),
        ("send_money", {}, "no tool send_money"),
    ],
)
def test_a_wrong_call_is_told_what_was_wrong_and_records_nothing(
    name: str, arguments: dict[str, object], hint: str
) -> None:
    context = _context()
    result = _call(name, arguments, context)
    assert result.failed
    assert hint in result.content["error"]
    assert context.intended == type(context.intended)()


def test_effects_are_recorded_and_answered_with_queued() -> None:
    context = _context()
    calls: list[tuple[str, dict[str, Any]]] = [
        ("react_to_instagram_message", {"message_number": 2, "emoji": "❤️"}),
        ("send_manager_notification", {"message": "A  burst\npipe"}),
        ("save_contact_detail", {"field": "phone", "value": "+49 (170) 1234567"}),
        ("save_contact_detail", {"field": "name", "value": "Ann"}),
        ("schedule_follow_up", {"after_minutes": 60, "note": "ask again"}),
        ("send_instagram_message", {"text": "Hello", "reply_to_number": 1}),
    ]
    assert {_call(name, args, context).content["status"] for name, args in calls} == {"queued"}
    intended = context.intended
    assert [(r.mid, r.emoji) for r in intended.reactions] == [("m-two", "❤️")]
    assert intended.alerts == ["A burst pipe"]
    assert intended.contact_details == {"phone": "+491701234567", "given_name": "Ann"}
    assert intended.follow_up is not None
    assert intended.follow_up.at == NOW + timedelta(hours=1)
    assert [(b.text, b.reply_to) for b in intended.bubbles] == [("Hello", "m-one")]


@pytest.mark.parametrize(
    ("reason", "stored", "note"),
    [
        ("customer_request", "customer_request", "wants a refund"),
        ("they are angry", "unsupported_request", "they are angry wants a refund"),
    ],
)
def test_a_handoff_ends_the_step_and_says_why(reason: str, stored: str, note: str) -> None:
    context = _context()
    assert _call("hand_to_human", {"reason": reason, "note": "wants a refund"}, context).ends
    assert context.intended.handoff is not None
    assert (context.intended.handoff.reason, context.intended.handoff.note) == (stored, note)


@pytest.mark.parametrize("name", ["get_net_session_dates", "search_knowledge"])
def test_a_look_up_that_cannot_be_made_says_what_to_do_instead(name: str) -> None:
    result = _call(name, {"query": "x"} if name == "search_knowledge" else {})
    assert not result.failed
    assert result.content["try_again"] is False


def test_the_ending_calls_of_a_step_count_together_or_not_at_all() -> None:
    context = _context()
    toolbox = Toolbox(context, TOOLS, SimClock(frozen_at=NOW))
    send = "send_instagram_message"
    react = ToolCall("3", "react_to_instagram_message", {"message_number": 1, "emoji": "👍"})
    calls = [ToolCall("1", send, {"text": "one"}), ToolCall("2", send, {"text": ""}), react]
    results = toolbox.run(calls)
    assert [result.call.id for result in results] == ["1", "2", "3"]
    assert [result.failed for result in results] == [True, True, False]
    assert context.intended.bubbles == []
    assert len(context.intended.reactions) == 1


def test_no_look_up_begins_when_the_turns_time_is_over_but_it_may_still_be_ended() -> None:
    toolbox = Toolbox(_context(), TOOLS, SimClock(frozen_at=NOW), until=NOW)
    send = ToolCall("1", "send_instagram_message", {"text": "one"})
    results = toolbox.run([send, ToolCall("2", "is_new_thread", {})])
    assert [result.failed for result in results] == [False, True]
    assert "No more look-ups" in results[1].content["error"]


def test_a_tool_that_breaks_costs_the_model_that_tool_only() -> None:
    class Broken:
        def search(self, _account_id: str, _query: str) -> Any:
            raise ZeroDivisionError

    result = _call("search_knowledge", {"query": "x"}, _context(knowledge=Broken()))
    assert "ZeroDivisionError" in result.content["failed"]
