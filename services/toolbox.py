"""The tools of one turn, and what they recorded."""

from collections.abc import Mapping, Sequence

from services.domain.model import ToolCall, ToolResult, ToolSchema
from tools.base import AskAgain, Tool, ToolContext


class Toolbox:
    """Runs calls of `tools` for one thread; nothing of it leaves the turn."""

    def __init__(self, thread_id: str, tools: Mapping[str, Tool]) -> None:
        self._tools = tools
        self._context = ToolContext(thread_id)

    @property
    def schemas(self) -> Sequence[ToolSchema]:
        """As the model sees them."""
        return [tool.schema for tool in self._tools.values()]

    @property
    def bubbles(self) -> Sequence[str]:
        """What is to be sent, in order."""
        return self._context.bubbles

    @property
    def silent_reason(self) -> str | None:
        """Why nothing is to be sent, if the model said so."""
        return self._context.silent_reason

    def ends_turn(self, name: str) -> bool:
        """Whether a step with a good call of it is the last one."""
        return name in self._tools and self._tools[name].ends_turn

    def call(self, call: ToolCall) -> ToolResult:
        """Run one call; a wrong one is answered with what was wrong, for the model to mend."""
        tool = self._tools.get(call.name)
        if tool is None:
            known = ", ".join(sorted(self._tools))
            return ToolResult(call, {"error": f"There is no tool {call.name}. Tools: {known}."})
        try:
            return ToolResult(call, tool.call(self._context, call.arguments))
        except AskAgain as hint:
            return ToolResult(call, {"error": str(hint)})
