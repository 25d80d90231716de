"""Tools: their schemas as the model sees them, and what a wrong call is told."""

import pytest

from services.domain.model import ToolCall
from services.toolbox import Toolbox
from tools import TOOLS

SCHEMAS = {
    "send_instagram_message": {
        "type": "object",
        "properties": {
            "text": {
                "type": "string",
                "description": "What the person will read, plain text without formatting.",
            }
        },
        "required": ["text"],
    },
    "do_not_reply": {
        "type": "object",
        "properties": {
            "reason": {
                "type": "string",
                "description": "Why silence is right, in a few words; the team reads it.",
            }
        },
        "required": ["reason"],
    },
}


def test_the_schemas_are_the_ones_that_were_reviewed() -> None:
    assert {name: tool.schema.parameters for name, tool in TOOLS.items()} == SCHEMAS


def test_every_tool_and_argument_is_described() -> None:
    for tool in TOOLS.values():
        assert tool.schema.description
        properties = tool.schema.parameters["properties"]
        assert all(argument["description"] for argument in properties.values())


@pytest.mark.parametrize(
    ("name", "arguments", "hint"),
    [
        ("send_instagram_message", {}, "missing arguments: text"),
        ("send_instagram_message", {"text": 3}, "wrong type: text"),
        ("send_instagram_message", {"text": "hi", "to": "bob"}, "unknown arguments: to"),
        ("send_instagram_message", {"text": "  "}, "empty"),
        ("send_money", {}, "no tool send_money"),
    ],
)
def test_a_wrong_call_is_told_what_was_wrong(
    name: str, arguments: dict[str, object], hint: str
) -> None:
    toolbox = Toolbox("1_2", TOOLS)
    result = toolbox.call(ToolCall(None, name, arguments))
    assert hint in result.content["error"]
    assert toolbox.bubbles == []
