"""The agent: a bounded loop around the model, whose tools only record what should happen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

import prompts
from services.domain.consolidate import consolidate
from services.domain.conversation import Conversation
from services.domain.decision import Decision
from services.domain.message import Message
from services.domain.model import (
    ModelReply,
    ModelRequest,
    Said,
    Step,
    ToolCall,
    ToolResult,
    ToolSchema,
)
from services.domain.operation import Operation
from services.domain.states import Direction, Role, Status
from services.errors import ModelError
from services.ports import Clock, Model


class TurnLost(Exception):  # noqa: N818 (an end of the turn, not a fault)
    """The claim went to somebody else: whatever was decided is void."""


class Tools(Protocol):
    """The verbs that a turn may use, and what they recorded."""

    @property
    def schemas(self) -> Sequence[ToolSchema]:
        """As the model sees them."""
        ...

    def call(self, call: ToolCall) -> ToolResult:
        """Run one; a wrong call comes back as a result that says what was wrong."""
        ...

    def ends_turn(self, name: str) -> bool:
        """Whether a step with a good call of it is the last one."""
        ...

    @property
    def bubbles(self) -> Sequence[str]:
        """What is to be sent."""
        ...

    @property
    def silent_reason(self) -> str | None:
        """Why nothing is to be sent, if the model said so."""
        ...


@dataclass(frozen=True, slots=True)
class Agent:
    """Turns a thread's new messages into a decision."""

    model: Model
    tools: Callable[[str], Tools]
    clock: Clock

    def decide(
        self,
        thread: Conversation,
        messages: Sequence[Message],
        history: Sequence[Message],
        settings: Operation,
        keep_claim: Callable[[], None],
    ) -> Decision:
        """What to do about `messages`.

        Ends after `max_steps` model requests or `turn_seconds`, whichever comes first. Raises
        `ModelError` when there is no usable answer by then, and whatever `keep_claim` raises.
        """
        tools = self.tools(thread.thread_id)
        system = prompts.load("system").format(
            business=settings.business_name, facts=settings.business_facts or "(none given)"
        )
        said = conversation_of(history, consolidate(messages))
        steps: list[Step] = []
        started_at = self.clock.now()
        deadline = started_at + timedelta(seconds=settings.turn_seconds)
        while len(steps) < settings.max_steps and self.clock.now() < deadline:
            keep_claim()
            left = (deadline - self.clock.now()).total_seconds()
            reply = self.model.generate(
                ModelRequest(
                    model=settings.model,
                    system=system,
                    said=said,
                    steps=tuple(steps),
                    tools=tools.schemas,
                    timeout_seconds=left,
                )
            )
            step = _run(reply, tools)
            steps.append(step)
            if _is_last(step, tools):
                return _decision(tools, steps, system, settings)
        raise ModelError(f"The model did not end its turn within {len(steps)} steps.")


def _run(reply: ModelReply, tools: Tools) -> Step:
    # Plain text instead of a call is what the model wants to say: it is sent as one message.
    calls = list(reply.calls)
    if not calls and reply.text.strip():
        calls = [ToolCall(None, "send_instagram_message", {"text": reply.text})]
    if not calls:
        raise ModelError(f"The model answered nothing ({reply.finish}).")
    ordered = sorted(calls, key=lambda call: tools.ends_turn(call.name))
    results = {id(call): tools.call(call) for call in ordered}
    return Step(reply, [results[id(call)] for call in calls])


def _is_last(step: Step, tools: Tools) -> bool:
    return any(
        tools.ends_turn(result.call.name) and "error" not in result.content
        for result in step.results
    )


def _decision(tools: Tools, steps: Sequence[Step], system: str, settings: Operation) -> Decision:
    reason = "answered" if tools.bubbles else tools.silent_reason or "silent"
    trace: Mapping[str, Any] = {
        "model": settings.model,
        "prompt_version": prompts.version(system),
        "steps": [
            {
                "calls": [result.call.name for result in step.results],
                "finish": step.reply.finish,
                "tokens": dict(step.reply.tokens),
            }
            for step in steps
        ],
    }
    return Decision(bubbles=tuple(tools.bubbles), reason=reason, trace=trace)


def conversation_of(history: Sequence[Message], new: Sequence[Message]) -> list[Said]:
    """The lines that the model sees: what was said before, then the new messages as one input.

    Text from outside stands between markers, so that it cannot pose as anything else.
    """
    new_ids = {message.id for message in new}
    first = min((message.created_at for message in new), default=None)
    said = [
        Said("user" if m.role is Role.USER else "model", m.text)
        for m in history
        if m.id not in new_ids
        and m.text
        and m.direction is not Direction.INTERNAL
        and m.status not in (Status.CANCELLED, Status.FAILED, Status.UNDECIDED)
        and (first is None or m.created_at < first or m.role is not Role.USER)
    ]
    lines = "\n".join(f"[{n}] {_fenced(m.text)}" for n, m in enumerate(new, start=1))
    return [*said, Said("user", f"New messages from the person:\n{lines}")]


def _fenced(text: str) -> str:
    return "<<" + text.replace("<<", "< <").replace(">>", "> >") + ">>"
