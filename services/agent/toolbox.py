"""The tools of one turn, and what they recorded."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from services.agent.tool import Intended, Tool, ToolContext
from services.domain.model import ToolCall, ToolResult, ToolSchema
from services.errors import AskAgain, HandOff, ToolFailed
from services.ports import Clock

_log = structlog.get_logger()

_AGAIN = "You made this very call before. Its result does not change: use it, or end your turn."
_NO_MORE = "No more look-ups in this turn: end it with what you know."
_NOT_QUEUED = "not queued: another call of this step was wrong. Make all of them again."


class Toolbox:
    """Runs calls of `tools` for one thread; nothing of it leaves the turn.

    `recorded` answers calls in the tools' place, by `call_key`: a turn can be played again. What
    look-ups bring back is added to `looked_up`. Only calls that end the turn are run beyond the
    first `most_calls` and from `until` on: a model can write any number of calls into one step.
    """

    def __init__(
        self,
        context: ToolContext,
        tools: Mapping[str, Tool],
        clock: Clock,
        recorded: Mapping[str, Mapping[str, object]] | None = None,
        looked_up: list[ToolResult] | None = None,
        *,
        most_calls: int | None = None,
        until: datetime | None = None,
    ) -> None:
        self._tools = tools
        self._context = context
        self._clock = clock
        self._recorded = recorded or {}
        self._seen: set[str] = set()
        self._looked_up = looked_up if looked_up is not None else []
        self._most_calls = most_calls
        self._until = until
        self.calls = 0
        self.repeats = 0

    @property
    def schemas(self) -> Sequence[ToolSchema]:
        """As the model sees them."""
        return [tool.schema for tool in self._tools.values()]

    @property
    def endings(self) -> Sequence[str]:
        """The tools that end a turn."""
        return [name for name, tool in self._tools.items() if tool.ends_turn]

    @property
    def intended(self) -> Intended:
        """What the calls recorded so far."""
        return self._context.intended

    def run(self, calls: Sequence[ToolCall]) -> list[ToolResult]:
        """Run one step's calls, those that end the turn last; results in the calls' order.

        The ending calls count together or not at all: half an answer is never sent.
        """
        ordered = sorted(calls, key=lambda call: call.name in self.endings)
        results = {id(call): self._one(call) for call in ordered if call.name not in self.endings}
        before = self.intended.copy()
        last = [call for call in ordered if call.name in self.endings]
        results |= {id(call): self._one(call) for call in last}
        if any(results[id(call)].failed for call in last):
            self._context.intended = before
            for call in last:
                if not results[id(call)].failed:
                    results[id(call)] = ToolResult(call, {"error": _NOT_QUEUED}, failed=True)
        return [results[id(call)] for call in calls]

    def _one(self, call: ToolCall) -> ToolResult:
        self.calls += 1
        started_at = self._clock.now()
        result = self._answer(call)
        return replace(result, seconds=(self._clock.now() - started_at).total_seconds())

    def _answer(self, call: ToolCall) -> ToolResult:
        tool = self._tools.get(call.name)
        if tool is None:
            known = ", ".join(sorted(self._tools))
            return _failed(call, f"There is no tool {call.name}. Tools: {known}.")
        key = call_key(call)
        if key in self._seen and not tool.ends_turn:
            self.repeats += 1
            return _failed(call, _AGAIN)
        if not tool.ends_turn and self._used_up:
            return _failed(call, _NO_MORE)
        self._seen.add(key)
        result = self._run(tool, call)
        if key in self._recorded and not tool.ends_turn:
            result = ToolResult(call, dict(self._recorded[key]))
        if not result.failed and not tool.ends_turn:
            self._looked_up.append(result)
        return result

    @property
    def _used_up(self) -> bool:
        if self._most_calls is not None and self.calls > self._most_calls:
            return True
        return self._until is not None and self._clock.now() >= self._until

    def _run(self, tool: Tool, call: ToolCall) -> ToolResult:
        try:
            content = tool.call(self._context, call.arguments)
        except AskAgain as hint:
            return _failed(call, str(hint))
        except ToolFailed as failure:
            return ToolResult(call, {"failed": str(failure), "try_again": False})
        except HandOff as end:
            self.intended.handoff = end.handoff
            return ToolResult(call, {"status": "handed to a human"}, ends=True)
        except Exception as error:  # noqa: BLE001 (logged whole; the answer goes on)
            # A tool's own bug must not cost the person the answer; the log has it whole.
            _log.exception("tool_crashed", tool=call.name, thread_id=self._context.thread_id)
            words = f"The tool broke ({type(error).__name__}). Do without it."
            return ToolResult(call, {"failed": words, "try_again": False})
        return ToolResult(call, content, ends=tool.ends_turn)


def call_key(call: ToolCall) -> str:
    """The same for the same call, whatever the order of its arguments."""
    return f"{call.name} {json.dumps(call.arguments, sort_keys=True, ensure_ascii=False)}"


def _failed(call: ToolCall, words: str) -> ToolResult:
    return ToolResult(call, {"error": words}, failed=True)
