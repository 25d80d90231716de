"""The tool in the documentation is a whole tool, and works."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from services import bootstrap
from services.agent.tool import Tool
from tests.agent.speaking import asked, call, says, step, tool_answers
from tests.world import World
from tools import TOOLS

PAGE = Path(__file__).parents[2] / "docs" / "agent.md"


def _documented() -> tuple[str, Tool]:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(code, str(PAGE), "exec"), names)  # noqa: S102 (the page is ours)
    return code, names["TOOL"]


def test_the_example_is_twelve_lines() -> None:
    code, _ = _documented()
    assert len([line for line in code.splitlines() if line.strip()]) <= 12


def test_the_example_is_called_by_the_model_and_mended_by_its_own_words(world: World) -> None:
    _, tool = _documented()
    services = bootstrap.services("process_thread")
    tools = {**TOOLS, tool.name: tool}
    services.__dict__["agent"] = replace(services.agent, tools=tools)
    looks = [step(call("count_free_courts", hour=hour)) for hour in (99, 9)]
    world.model_says(*looks, says("Three courts at 9."))
    world.dm("alice", "is anything free at nine?")
    world.settle()
    assert world.sent_to("alice") == ["Three courts at 9."]
    wrong, right = tool_answers(asked(world)[2])
    assert "between 8 and 22" in wrong["error"]
    assert right == {"free": 3, "at": 9}
